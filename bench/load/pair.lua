-- The load of floating seats: checks a lease out and returns it, over and over. Told by environment variables:
--   BENCH_HEADERS  header lines
--   BENCH_BODY     the body of a checkout; `{n}` in it becomes a number that is another one in each
--   BENCH_WIDTH, BENCH_FROM, BENCH_COUNT  as in load.lua
--   BENCH_RETURN   the path of a return
-- A lease that some connection was given is returned by whichever sends next, so that calls alternate.
-- Ends with one line of JSON, as load.lua does.
local body = os.getenv("BENCH_BODY")
local before, after = body:match("^(.-){n}(.*)$")
local digits = "%0" .. (os.getenv("BENCH_WIDTH") or "1") .. "d"
local from = tonumber(os.getenv("BENCH_FROM") or "0")
local count = tonumber(os.getenv("BENCH_COUNT") or "1")
local path = os.getenv("BENCH_RETURN")
local at, held = 0, {}

wrk.method = "POST"
for name, value in (os.getenv("BENCH_HEADERS") or ""):gmatch("([^:\n]+): ([^\n]*)") do
  wrk.headers[name] = value
end

function request()
  local lease = table.remove(held)
  if lease then
    return wrk.format(nil, path, nil, '{"lease_id":"' .. lease .. '"}')
  end
  local text = body
  if before then
    text = before .. digits:format(from + at) .. after
    at = (at + 1) % count
  end
  return wrk.format(nil, nil, nil, text)
end

function response(status, headers, answer)
  local lease = answer:match('^{"lease_id":"([^"]+)","license_id"')
  if lease then
    held[#held + 1] = lease
  end
end

done = dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "done.lua")
