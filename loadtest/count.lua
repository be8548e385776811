-- Of every scenario of wrk: counts answers that are not a 200 and sockets that failed, and prints one line of figures.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

wrong = 0

function response(status)
  if status ~= 200 then wrong = wrong + 1 end
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  for _, thread in ipairs(threads) do failed = failed + thread:get("wrong") end
  io.write(string.format("done requests=%d errors=%d micros=%d\n", summary.requests, failed, summary.duration))
end
