-- Lower case for searching in every alphabet, whatever the locale of the database: under "C", lower() stops at ASCII.
DO $$
BEGIN
    IF getdatabaseencoding() = 'UTF8' AND EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu') THEN
        CREATE FUNCTION fold_case(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
            AS 'SELECT lower($1 COLLATE "und-x-icu")';
    ELSE
        -- A PostgreSQL that was built without ICU.
        CREATE FUNCTION fold_case(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
            AS 'SELECT lower($1)';
    END IF;
END;
$$;
