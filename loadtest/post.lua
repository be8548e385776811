-- Posts the bodies 0.json, 1.json, ... of a folder in turn; counts every answer that is not a 200.
local bodies = {}
local next_body = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function init(args)
  local number = 0
  while true do
    local file = io.open(args[1] .. "/" .. number .. ".json", "rb")
    if not file then break end
    bodies[number] = wrk.format(nil, nil, nil, file:read("*a"))
    file:close()
    number = number + 1
  end
  count = number
end

function request()
  next_body = (next_body + 1) % count
  return bodies[next_body]
end

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
