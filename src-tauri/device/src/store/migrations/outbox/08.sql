-- What a street has had once travels to it again, whoever is signed in by then: the street that lost it.

alter table mutation add column lost_by text;
