-- Which candidates may bid, one letter each: 1 or 0. Reserves an impression, once per imp and scope, where one may.
-- KEYS: per scope the impressions seen (score: when) and those reserved (score: until when).
-- ARGV: now, reserved until, life of a reservation's key in ms, 1 to reserve or 0; number of scopes; per scope: number of caps, per
--   cap impressions and the window's start; then per candidate: imp's auction id, number of scopes, their numbers from 1.
local now, till, life, reserve = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local scopes = tonumber(ARGV[5])
local at = 6
local free = {}
for s = 1, scopes do
  local reserved = redis.call('ZCOUNT', KEYS[2 * s], '(' .. now, '+inf')
  local least = math.huge
  local caps = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, caps do
    local seen = redis.call('ZCOUNT', KEYS[2 * s - 1], '(' .. ARGV[at + 1], '+inf')
    least = math.min(least, tonumber(ARGV[at]) - seen - reserved)
    at = at + 2
  end
  free[s] = least
end
local answer = {}
local taken = {}
while at <= #ARGV do
  local imp, count = ARGV[at], tonumber(ARGV[at + 1])
  local allowed = true
  for i = at + 2, at + 1 + count do
    allowed = allowed and (taken[imp .. ARGV[i]] or free[tonumber(ARGV[i])] >= 1)
  end
  if allowed then
    for i = at + 2, at + 1 + count do
      local s = tonumber(ARGV[i])
      if not taken[imp .. ARGV[i]] then
        taken[imp .. ARGV[i]] = true
        free[s] = free[s] - 1
        if reserve then
          local key = KEYS[2 * s]
          redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
          redis.call('ZADD', key, till, imp)
          if redis.call('PTTL', key) < life then
            redis.call('PEXPIRE', key, life)
          end
        end
      end
    end
  end
  answer[#answer + 1] = allowed and '1' or '0'
  at = at + 2 + count
end
return table.concat(answer)
