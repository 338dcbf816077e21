"""Pictures and their full-text index."""

import sqlalchemy as sa
from alembic import op

revision = "r0001_pictures"
down_revision = None

INDEX_UPKEEP = (
    """CREATE VIRTUAL TABLE picture_words USING fts5(
        words, content='pictures', content_rowid='number', tokenize="unicode61 remove_diacritics 2", prefix='2 3')""",
    """CREATE TRIGGER picture_words_insert AFTER INSERT ON pictures BEGIN
        INSERT INTO picture_words(rowid, words) VALUES (new.number, new.words);
    END""",
    """CREATE TRIGGER picture_words_delete AFTER DELETE ON pictures BEGIN
        INSERT INTO picture_words(picture_words, rowid, words) VALUES ('delete', old.number, old.words);
    END""",
    """CREATE TRIGGER picture_words_update AFTER UPDATE OF words ON pictures BEGIN
        INSERT INTO picture_words(picture_words, rowid, words) VALUES ('delete', old.number, old.words);
        INSERT INTO picture_words(rowid, words) VALUES (new.number, new.words);
    END""",
)


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("file", sa.Text, nullable=False, unique=True),
        sa.Column("blob", sa.Text, nullable=False, unique=True),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("seed", sa.Integer),
        sa.Column("recipe", sa.Text),
        sa.Column("job_id", sa.Text),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("starred", sa.Boolean, nullable=False),
        sa.Column("trashed_at", sa.Integer),
    )
    for name, condition in (
        ("pictures_present", "trashed_at IS NULL"),
        ("pictures_starred", "trashed_at IS NULL AND starred"),
        ("pictures_trashed", "trashed_at IS NOT NULL"),
    ):
        op.create_index(name, "pictures", ["created_at", "id"], sqlite_where=sa.text(condition))
    for statement in INDEX_UPKEEP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE picture_words")
    op.drop_table("pictures")
