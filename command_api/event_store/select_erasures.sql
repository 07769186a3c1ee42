-- People who are erased, and of whom something may not have ended yet; such as have waited this long.
SELECT number, person FROM {erasures}
WHERE began_at <= now() - %(seconds)s * interval '1 second'
ORDER BY number
