"""What is to be written beside the files; an order on each board; what a picture shows and was made from."""

import sqlalchemy as sa
from alembic import op

revision = "r0003_beside"
down_revision = "r0002_marks_and_boards"

DUE = "INSERT OR REPLACE INTO beside_due (what) "
PICTURE_NOW = "VALUES ('picture:' || new.id)"
PICTURE_BEFORE = "VALUES (iif(old.linked, 'outside:' || old.id, 'file:' || old.file))"
TAGGED = "SELECT 'picture:' || id FROM pictures WHERE number = {row}.picture"
GIVEN = """new.linked OR new.starred OR new.rating OR new.label != '' OR new.notes != '' OR new.trashed_at NOT NULL"""
MARKS = "starred, rating, label, notes, trashed_at, file, linked"
TRIGGERS = {
    "pictures_due_insert": (f"AFTER INSERT ON pictures WHEN {GIVEN}", PICTURE_NOW),
    "pictures_due_update": (f"AFTER UPDATE OF {MARKS} ON pictures", PICTURE_NOW),
    "pictures_due_move": (
        "AFTER UPDATE OF file, linked ON pictures WHEN old.file != new.file OR old.linked != new.linked",
        PICTURE_BEFORE,
    ),
    "pictures_due_delete": ("AFTER DELETE ON pictures", PICTURE_BEFORE),
    "picture_tags_due_insert": ("AFTER INSERT ON picture_tags", TAGGED.format(row="new")),
    "picture_tags_due_delete": ("AFTER DELETE ON picture_tags", TAGGED.format(row="old")),
    "boards_due_insert": ("AFTER INSERT ON boards", "VALUES ('board:' || new.id)"),
    "boards_due_update": ("AFTER UPDATE ON boards", "VALUES ('board:' || new.id)"),
    "boards_due_delete": ("AFTER DELETE ON boards", "VALUES ('board:' || old.id)"),
    "board_pictures_due_insert": ("AFTER INSERT ON board_pictures", "VALUES ('board:' || new.board)"),
    "board_pictures_due_update": ("AFTER UPDATE ON board_pictures", "VALUES ('board:' || new.board)"),
    "board_pictures_due_delete": ("AFTER DELETE ON board_pictures", "VALUES ('board:' || old.board)"),
    "searches_due_insert": ("AFTER INSERT ON saved_searches", "VALUES ('searches:')"),
    "searches_due_delete": ("AFTER DELETE ON saved_searches", "VALUES ('searches:')"),
}
"""Nothing that changes these tables can forget to tell. A replaced row has a new ticket."""

WHAT_IS_THERE = (
    """SELECT 'picture:' || id FROM pictures WHERE linked OR starred OR rating OR label != '' OR notes != ''
        OR trashed_at NOT NULL OR number IN (SELECT picture FROM picture_tags)""",
    "SELECT 'board:' || id FROM boards",
    "SELECT 'searches:' WHERE EXISTS (SELECT 1 FROM saved_searches)",
)


def upgrade() -> None:
    for name in ("pixels", "source"):
        op.add_column("pictures", sa.Column(name, sa.Text, nullable=False, server_default=""))
        op.create_index(f"pictures_{name}", "pictures", [name], sqlite_where=sa.text(f"{name} != ''"))
    op.add_column("board_pictures", sa.Column("position", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        """UPDATE board_pictures SET position = ranked.place FROM (
            SELECT board, picture, row_number() OVER (PARTITION BY board ORDER BY picture) - 1 AS place
            FROM board_pictures) AS ranked
        WHERE ranked.board = board_pictures.board AND ranked.picture = board_pictures.picture"""
    )
    op.create_table(
        "beside_due",
        sa.Column("ticket", sa.Integer, primary_key=True),
        sa.Column("what", sa.Text, nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    for statement in WHAT_IS_THERE:
        op.execute(DUE + statement)
    for name, (when, what) in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {DUE} {what}; END")


def downgrade() -> None:
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.drop_table("beside_due")
    op.drop_column("board_pictures", "position")
    for name in ("pixels", "source"):
        op.drop_index(f"pictures_{name}", "pictures")
        op.drop_column("pictures", name)
