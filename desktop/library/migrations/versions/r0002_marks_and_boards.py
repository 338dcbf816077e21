"""Ratings, labels, kinds, origins, tags, boards and saved searches; words of joined scripts indexed sign by sign."""

import json

import sqlalchemy as sa
from alembic import op

from desktop.library.words import indexed

revision = "r0002_marks_and_boards"
down_revision = "r0001_pictures"

ORDERED = {
    "pictures_present": ["trashed_at", "created_at", "id"],
    "pictures_starred": ["trashed_at", "starred", "created_at", "id"],
    "pictures_best": ["trashed_at", "rating", "created_at", "id"],
}
"""Each holds all that a place's order asks for, so that no row is read for it."""

REINDEX = (
    "INSERT INTO picture_words(picture_words) VALUES ('delete-all')",
    "INSERT INTO picture_words(picture_words) VALUES ('rebuild')",
)


def upgrade() -> None:
    for column in (
        sa.Column("rating", sa.Integer, nullable=False, server_default="0"),
        sa.Column("label", sa.Text, nullable=False, server_default=""),
        sa.Column("kind", sa.Text, nullable=False, server_default="imported"),
        sa.Column("parent", sa.Text),
        sa.Column("linked", sa.Boolean, nullable=False, server_default="0"),
    ):
        op.add_column("pictures", column)
    op.create_index("pictures_parent", "pictures", ["parent"], sqlite_where=sa.text("parent IS NOT NULL"))
    for name in ("pictures_present", "pictures_starred", "pictures_trashed"):
        op.drop_index(name, "pictures")
    for name, columns in ORDERED.items():
        op.create_index(name, "pictures", columns)
    op.create_table(
        "tags",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "picture_tags",
        sa.Column(
            "picture", sa.Integer, sa.ForeignKey("pictures.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("tag", sa.Integer, sa.ForeignKey("tags.number", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("picture_tags_tag", "picture_tags", ["tag", "picture"])
    op.create_table(
        "boards",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent", sa.Text, sa.ForeignKey("boards.id", ondelete="CASCADE")),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "board_pictures",
        sa.Column("board", sa.Text, sa.ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "picture", sa.Integer, sa.ForeignKey("pictures.number", ondelete="CASCADE"), primary_key=True
        ),
    )
    op.create_index("board_pictures_picture", "board_pictures", ["picture"])
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT number, prompt, model_name, notes, recipe FROM pictures")).all()
    op.execute("DROP TRIGGER picture_words_update")
    for row in rows:
        request = json.loads(row.recipe)["request"] if row.recipe else {}
        connection.execute(
            sa.text(
                "UPDATE pictures SET words = :words, kind = :kind, parent = :parent WHERE number = :number"
            ),
            {
                "words": indexed(f"{row.prompt}\n{row.model_name}\n{row.notes}"),
                "kind": request.get("kind", "imported"),
                "parent": request.get("image"),
                "number": row.number,
            },
        )
    for statement in REINDEX:
        op.execute(statement)
    op.execute(
        """CREATE TRIGGER picture_words_update AFTER UPDATE OF words ON pictures BEGIN
            INSERT INTO picture_words(picture_words, rowid, words) VALUES ('delete', old.number, old.words);
            INSERT INTO picture_words(rowid, words) VALUES (new.number, new.words);
        END"""
    )


def downgrade() -> None:
    for table in ("saved_searches", "board_pictures", "boards", "picture_tags", "tags"):
        op.drop_table(table)
    for name in (*ORDERED, "pictures_parent"):
        op.drop_index(name, "pictures")
    for name, condition in (
        ("pictures_present", "trashed_at IS NULL"),
        ("pictures_starred", "trashed_at IS NULL AND starred"),
        ("pictures_trashed", "trashed_at IS NOT NULL"),
    ):
        op.create_index(name, "pictures", ["created_at", "id"], sqlite_where=sa.text(condition))
    for column in ("rating", "label", "kind", "parent", "linked"):
        op.drop_column("pictures", column)
