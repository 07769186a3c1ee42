-- Where a generation stands; nobody else moves it before this transaction ends.
SELECT notification_id AS position
FROM {tracking}
WHERE application_name = %(application_name)s
FOR UPDATE
