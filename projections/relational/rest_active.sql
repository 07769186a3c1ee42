-- The generation that was active is kept, but fed no more.
UPDATE {generations} SET active = false, state = 'resting' WHERE active
