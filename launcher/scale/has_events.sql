-- Whether anything ever happened here.
SELECT EXISTS (SELECT FROM slackwater_events)
