"""A public gallery of any size, straight into the tables: what the lists are measured with."""

import psycopg

_PEOPLE = """
    INSERT INTO users (id, email, username, role, tier, state, created_at, updated_at, language, timezone, theme,
                       preferences, stored_bytes)
    SELECT gen_random_uuid(), 'author' || n || '@example.com', 'author' || n, 'user', 'free', 'active', now(), now(),
           'en', 'UTC', 'auto', '{}', 0
    FROM generate_series(1, %(authors)s) AS n
"""
# A few tags, models and categories have most pictures, as it is where people share; words follow the tags.
_ITEMS = """
    INSERT INTO items (id, user_id, position, type, key, thumbnail_key, blob, mime_type, width, height, size,
                       stored_bytes, model, prompt, category, tags, search, allow_recipe, is_sensitive, is_public,
                       is_starred, like_count, created_at, updated_at)
    SELECT gen_random_uuid(), author.id, 0, 'image', 'gallery/a/' || n || '.png', 'gallery/a/' || n || '.webp', '',
           'image/png', 1024, 1024, 1000000, 1000000, 'model-' || floor(20 * power(random(), 3)),
           'a picture of ' || tag || ' in ' || other, 'category-' || floor(12 * power(random(), 2)),
           ARRAY[tag, other],
           array_to_tsvector(ARRAY['picture', tag, other, 'word' || n %% 50000]), false, random() < 0.05, true, false,
           floor(1000 * power(random(), 8)), now(), now()
    FROM generate_series(1, %(count)s) AS n
    JOIN (SELECT id, row_number() OVER () AS place FROM users WHERE username LIKE 'author%%') AS author
      ON author.place = 1 + n %% %(authors)s
    CROSS JOIN LATERAL (
        SELECT 'tag' || floor(2000 * power(random(), 3)) AS tag, 'tag' || floor(2000 * power(random(), 2) + n * 0) AS other
    ) AS tags
"""
_PUBLICATIONS = """
    INSERT INTO publications (item_id, user_id, state, visible, model, category, tags, search, is_sensitive, key,
                              preview_key, thumbnail_key, mime_type, size, like_count, view_count, download_count,
                              trending, open_reports, asked_at, published_at)
    SELECT id, user_id, 'approved', true, model, category, tags, search, is_sensitive, key, key, thumbnail_key,
           mime_type, size, like_count, like_count * 10 + floor(random() * 100), 0,
           random() * 3 + extract(epoch FROM moment) / 45000.0, 0, moment, moment
    FROM (SELECT *, now() - random() * interval '700 days' AS moment FROM items) AS items
"""


def fill(url: str, *, count: int, authors: int = 1000) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (_PEOPLE, _ITEMS, _PUBLICATIONS):
            connection.execute(statement.encode(), {"count": count, "authors": authors})
        connection.execute("VACUUM (ANALYZE) items, publications, users")
