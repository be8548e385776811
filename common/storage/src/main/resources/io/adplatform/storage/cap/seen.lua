-- An impression was seen: what was reserved for its imp is so no more. Given again, it counts once.
-- KEYS: per scope the impressions seen and those reserved. ARGV: bid's auction id, imp's auction id, when it was seen; then per scope
--   the most impressions to keep and the longest window in ms.
for s = 1, #KEYS / 2 do
  local seen, most, longest = KEYS[2 * s - 1], tonumber(ARGV[2 + 2 * s]), ARGV[3 + 2 * s]
  redis.call('ZREM', KEYS[2 * s], ARGV[2])
  redis.call('ZADD', seen, 'NX', ARGV[3], ARGV[1])
  redis.call('ZREMRANGEBYRANK', seen, 0, -(most + 1))
  redis.call('PEXPIRE', seen, longest)
end
return 1
