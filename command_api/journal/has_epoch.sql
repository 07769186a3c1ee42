-- Whether the entries of this file say in which epoch they were done: older ones did not.
SELECT count(*) FROM pragma_table_info('entries') WHERE name = 'epoch'
