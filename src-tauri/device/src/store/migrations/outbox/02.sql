-- A refused record asks for nothing any more once the worker sent it anew or knowingly gave it up. It stays here.

alter table mutation add column dismissed_ms integer;
