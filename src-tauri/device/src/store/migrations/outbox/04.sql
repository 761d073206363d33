-- An edit of a household may meet somebody else's. Once the worker has read what became of it, the card says so no more.

alter table mutation add column told_ms integer;
