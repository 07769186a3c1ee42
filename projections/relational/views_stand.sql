-- Whether a generation has its views, which one of before anything was sealed has not.
SELECT to_regclass('{known_people}') IS NOT NULL AS stand
