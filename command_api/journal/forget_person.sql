-- Forgets the rejected commands of one person.
DELETE FROM entries WHERE state = 'rejected' AND person = :person
