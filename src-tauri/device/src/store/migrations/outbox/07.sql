-- A phone may be enrolled in one street, then in another, then in the first again: each history of a server, and whose it is.

create table history (
    epoch text primary key,
    street text not null
) strict, without rowid;
insert into history select epoch, json_extract(profile, '$.street') from identity where epoch is not null;
insert or ignore into history
    select json_extract(value, '$.epoch'), json_extract(value, '$.street') from setting
    where name = 'last-street' and json_extract(value, '$.epoch') is not null;
delete from setting where name = 'last-street';

-- A photo is stored after its record was answered, in the same history. Where two records disagree, nothing is known.
alter table photo_file add column stored_epoch text;
update photo_file set stored_epoch = (
    select max(m.acked_epoch) from photo_ref r join mutation m on m.id = r.mutation
    where r.sha256 = photo_file.sha256 having count(distinct m.acked_epoch) = 1
) where state = 'stored';
