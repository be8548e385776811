-- Gets the paths that stand in a file, one a line, in turn; counts every answer that is not a 200.
local requests = {}
local next_path = 0

function init(args)
  local number = 0
  for path in io.lines(args[1]) do
    requests[number] = wrk.format("GET", path)
    number = number + 1
  end
  count = number
end

function request()
  next_path = (next_path + 1) % count
  return requests[next_path]
end

dofile(debug.getinfo(1, "S").source:sub(2):match("(.*/)") .. "count.lua")
