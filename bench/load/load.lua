-- The load of one case, told by environment variables:
--   BENCH_HEADERS  header lines
--   BENCH_BODY     the body; `{n}` in it becomes a number that is another one in each request
--   BENCH_WIDTH    digits of that number
--   BENCH_FROM     the first number
--   BENCH_COUNT    how many numbers there are, after which they start again
-- Ends with one line of JSON: requests, seconds, latencies in microseconds, failures.
local body = os.getenv("BENCH_BODY")
local before, after = body:match("^(.-){n}(.*)$")
local digits = "%0" .. (os.getenv("BENCH_WIDTH") or "1") .. "d"
local from = tonumber(os.getenv("BENCH_FROM") or "0")
local count = tonumber(os.getenv("BENCH_COUNT") or "1")
local at = 0

wrk.method = "POST"
wrk.body = body
for name, value in (os.getenv("BENCH_HEADERS") or ""):gmatch("([^:\n]+): ([^\n]*)") do
  wrk.headers[name] = value
end

-- What does not change is put together once, so that the load costs the machine little.
if before then
  local head, tail
  function init(args)
    local whole = wrk.format(nil, nil, nil, before .. digits:format(0) .. after)
    local mark = #whole - #after
    head, tail = whole:sub(1, mark - #digits:format(0)), after
  end
  function request()
    local number = digits:format(from + at)
    at = (at + 1) % count
    return head .. number .. tail
  end
end

done = dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "done.lua")
