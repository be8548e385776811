-- What became of a lookup's reservations.
-- KEYS: one per step. ARGV: per step what, text, number:
--   R: ends the reservation of the imp that is the text; K: keeps it until the number; E: the key lives for so many ms at least;
--   B: notes the text, whose bid it is, for so many ms.
for i = 1, #KEYS do
  local what, text, number = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  if what == 'R' then
    redis.call('ZREM', KEYS[i], text)
  elseif what == 'K' then
    redis.call('ZADD', KEYS[i], number, text)
  elseif what == 'E' then
    if redis.call('PTTL', KEYS[i]) < tonumber(number) then
      redis.call('PEXPIRE', KEYS[i], number)
    end
  else
    redis.call('SET', KEYS[i], text, 'PX', number)
  end
end
return #KEYS
