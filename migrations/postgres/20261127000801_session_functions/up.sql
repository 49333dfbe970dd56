-- SQLite has these two from the program (db::functions).
CREATE FUNCTION ip_within(ip TEXT, network TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN ip = '' THEN FALSE ELSE ip::inet <<= network::inet END $$;
CREATE FUNCTION passed(since TIMESTAMP, seconds BIGINT, now TIMESTAMP) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS
    $$ SELECT since + seconds * INTERVAL '1 second' <= now $$;
