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

dofile(debug.getinfo(1, "S").source:sub(2):match("(.*/)") .. "count.lua")
