-- The checkpoint of a generation that is no more.
DELETE FROM {tracking} WHERE application_name = %(application_name)s
