-- What a load came to, for the other scripts: one line of JSON with requests, time, latencies in microseconds, failures.
--
-- wrk adds answers that were never asked for: where a caller waited for n, it counts waits of n - e, n - 2e, ... too (e is what a
-- call takes on average), as if calls had gone on being made at a steady pace. These callers make no call while they wait, so
-- what they waited is what is told here: `p99`. With the additions it is `p99_steady`: one pause of the process makes most of it.
local function added(count, from, step, extra)
  local wait = from - step
  while wait > step do
    extra[wait] = (extra[wait] or 0) + count
    wait = wait - step
  end
end

-- The wait that `share` of the calls were above, with what wrk added taken away again. The longest waits are read first: what is
-- added lies below the wait that it is added for.
local function waited(summary, latency, connections, share)
  local each = math.floor(summary.requests / connections)
  local step = each > 0 and math.floor(summary.duration / each) or 0
  local above, extra = math.floor(summary.requests * share), {}
  for index = #latency, 1, -1 do
    local wait, count = latency(index)
    local true_count = count - (extra[wait] or 0)
    if true_count > 0 then
      above = above - true_count
      if step > 0 and wait >= 2 * step then
        added(true_count, wait, step, extra)
      end
    end
    if above < 0 then
      return wait
    end
  end
  return 0
end

-- The wait that half of the calls were below. What is added is longer than a call takes on average, and half of them are shorter.
local function half(summary, latency)
  local below = summary.requests / 2
  for index = 1, #latency do
    local wait, count = latency(index)
    below = below - count
    if below <= 0 then
      return wait
    end
  end
  return 0
end

return function(summary, latency)
  local errors = summary.errors
  local connections = tonumber(io.open("/proc/self/cmdline"):read("*a"):match("%-c(%d+)"))
  io.write(('{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"p99_steady":%d,"refused":%d,"broken":%d}\n'):format(
    summary.requests, summary.duration, half(summary, latency), waited(summary, latency, connections, 0.01),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
