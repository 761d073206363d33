-- When a photo file was found missing or damaged on this phone: nobody can send it any more.

alter table photo_file add column lost_ms integer;
