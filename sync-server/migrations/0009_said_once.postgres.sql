-- Nothing is kept twice that is found by a name anyway.

-- Role and measures of a photo stand in the report, the note or the act that it came with.
ALTER TABLE photos DROP COLUMN role;
ALTER TABLE photos DROP COLUMN width;
ALTER TABLE photos DROP COLUMN height;

-- One index tells both which buckets a row is in, and that it is in none of them twice.
DROP INDEX bucket_rows_row;
ALTER TABLE bucket_rows DROP CONSTRAINT bucket_rows_pkey;
ALTER TABLE bucket_rows ADD PRIMARY KEY (street_id, kind, id, bucket);

-- The step in which a case was reported shows the report's text and photos: it takes them from there.
UPDATE timeline SET text = ''
    FROM reports WHERE timeline.what = 'report' AND reports.street_id = timeline.street_id
        AND reports.id = timeline.report_id
        AND REPLACE(reports.body, '"text":"' || timeline.text || '"', '') <> reports.body;
UPDATE timeline SET photos = '[]'
    FROM reports WHERE timeline.what = 'report' AND reports.street_id = timeline.street_id
        AND reports.id = timeline.report_id
        AND REPLACE(reports.body, '"photos":' || timeline.photos, '') <> reports.body;
