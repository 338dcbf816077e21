"""The gallery: what is published, liked, shared, reported; nested boards, canvases, and files by their hash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_gallery"
down_revision = "0008_hosted_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one list of tables and indices
    op.create_table(
        "doomed_files",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_doomed_files")),
    )
    op.create_index(op.f("ix_doomed_files_due_at"), "doomed_files", ["due_at"], unique=False)
    op.create_table(
        "moderation_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_decisions")),
    )
    op.create_index(
        op.f("ix_moderation_decisions_item_id"), "moderation_decisions", ["item_id"], unique=False
    )
    op.create_table(
        "blob_uses",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_blob_uses_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "owner", "blob", name=op.f("pk_blob_uses")),
    )
    op.create_index("ix_blob_uses_user_id_blob", "blob_uses", ["user_id", "blob"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["users.id"], name=op.f("fk_blocks_blocked_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_blocks_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "blocked_id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_blocked_id"), "blocks", ["blocked_id"], unique=False)
    op.create_table(
        "user_blobs",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unused_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_blobs_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "blob", name=op.f("pk_user_blobs")),
    )
    op.create_index("ix_user_blobs_unused_since", "user_blobs", ["unused_since"], unique=False)
    op.create_table(
        "canvases",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("layers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_canvases_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_canvases")),
    )
    op.create_table(
        "item_visits",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('view', 'download')", name=op.f("ck_item_visits_kind")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_visits_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "visitor", "kind", "day", name=op.f("pk_item_visits")),
    )
    op.create_index(op.f("ix_item_visits_day"), "item_visits", ["day"], unique=False)
    op.create_table(
        "likes",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_likes_item_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_likes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "user_id", name=op.f("pk_likes")),
    )
    op.create_index(op.f("ix_likes_user_id"), "likes", ["user_id"], unique=False)
    op.create_table(
        "publications",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("preview_key", sa.Text(), nullable=False),
        sa.Column("thumbnail_key", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("like_count", sa.Integer(), nullable=False),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("download_count", sa.Integer(), nullable=False),
        sa.Column("trending", sa.Double(), nullable=False),
        sa.Column("open_reports", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('unlisted', 'waiting', 'approved', 'hidden')", name=op.f("ck_publications_state")
        ),
        sa.CheckConstraint(
            "like_count >= 0 AND view_count >= 0 AND download_count >= 0", name=op.f("ck_publications_counts")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_publications_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_publications_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_publications")),
    )
    op.create_index(
        "ix_publications_category_like_count",
        "publications",
        ["category", "like_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_category_published_at",
        "publications",
        ["category", "published_at", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_category_trending",
        "publications",
        ["category", "trending", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_category_view_count",
        "publications",
        ["category", "view_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_like_count",
        "publications",
        ["like_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_model_like_count",
        "publications",
        ["model", "like_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_model_published_at",
        "publications",
        ["model", "published_at", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_model_trending",
        "publications",
        ["model", "trending", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_model_view_count",
        "publications",
        ["model", "view_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_published_at",
        "publications",
        ["published_at", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_search",
        "publications",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_tags",
        "publications",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_trending",
        "publications",
        ["trending", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(op.f("ix_publications_user_id"), "publications", ["user_id"], unique=False)
    op.create_index(
        "ix_publications_user_id_like_count",
        "publications",
        ["user_id", "like_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_user_id_published_at",
        "publications",
        ["user_id", "published_at", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_user_id_trending",
        "publications",
        ["user_id", "trending", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_user_id_view_count",
        "publications",
        ["user_id", "view_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_view_count",
        "publications",
        ["view_count", "item_id"],
        unique=False,
        postgresql_where=sa.text("visible"),
    )
    op.create_index(
        "ix_publications_waiting",
        "publications",
        ["asked_at", "item_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting' OR open_reports > 0"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_reports_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reports_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("item_id", "user_id", name=op.f("uq_reports_item_id_user_id")),
    )
    op.create_index(op.f("ix_reports_user_id"), "reports", ["user_id"], unique=False)
    op.create_table(
        "shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("board_id", sa.Uuid(), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(item_id IS NULL) <> (board_id IS NULL)", name=op.f("ck_shares_target")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["boards.id"], name=op.f("fk_shares_board_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_shares_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_shares_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("token", name=op.f("uq_shares_token")),
    )
    op.create_index(op.f("ix_shares_board_id"), "shares", ["board_id"], unique=False)
    op.create_index(op.f("ix_shares_item_id"), "shares", ["item_id"], unique=False)
    op.create_index("ix_shares_user_id_created_at", "shares", ["user_id", "created_at", "id"], unique=False)
    op.drop_index(op.f("ix_board_items_board_id_position"), table_name="board_items")
    op.create_index(
        "ix_board_items_board_id_position", "board_items", ["board_id", "position", "item_id"], unique=False
    )
    op.add_column("boards", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.add_column("boards", sa.Column("cover_item_id", sa.Uuid(), nullable=True))
    op.add_column("boards", sa.Column("position", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE boards SET position = n.place FROM (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY created_at, id) AS place FROM boards) AS n WHERE n.id = boards.id"
    )
    op.alter_column("boards", "position", nullable=False)
    op.create_index(op.f("ix_boards_cover_item_id"), "boards", ["cover_item_id"], unique=False)
    op.create_index(op.f("ix_boards_parent_id"), "boards", ["parent_id"], unique=False)
    op.create_index(
        "ix_boards_public",
        "boards",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("NOT is_private AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_boards_user_id_parent_id", "boards", ["user_id", "parent_id", "position", "id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_boards_cover_item_id"), "boards", "items", ["cover_item_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        op.f("fk_boards_parent_id"), "boards", "boards", ["parent_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column("items", sa.Column("category", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("licence", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.execute("UPDATE items SET search = to_tsvector('simple', prompt)")
    op.alter_column("items", "search", nullable=False)
    op.add_column("items", sa.Column("allow_recipe", sa.Boolean(), nullable=True))
    op.execute("UPDATE items SET allow_recipe = false")
    op.alter_column("items", "allow_recipe", nullable=False)
    op.add_column("items", sa.Column("is_sensitive", sa.Boolean(), nullable=True))
    op.execute("UPDATE items SET is_sensitive = false")
    op.alter_column("items", "is_sensitive", nullable=False)
    op.add_column("items", sa.Column("like_count", sa.Integer(), nullable=True))
    op.execute("UPDATE items SET like_count = 0")
    op.alter_column("items", "like_count", nullable=False)
    op.create_check_constraint(op.f("ck_items_like_count"), "items", "like_count >= 0")
    op.create_index(op.f("ix_items_deleted_at"), "items", ["deleted_at"], unique=False)
    op.create_index("ix_items_search", "items", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_items_tags", "items", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("ix_items_user_id_deleted_at", "items", ["user_id", "deleted_at", "id"], unique=False)
    op.create_index(
        "ix_items_user_id_like_count",
        "items",
        ["user_id", "like_count", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_items_user_id_size",
        "items",
        ["user_id", "size", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_items_user_id_updated_at",
        "items",
        ["user_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("uploads", sa.Column("sha256", sa.Text(), nullable=True))


def downgrade() -> None:  # noqa: PLR0915 - the same backwards
    op.drop_column("uploads", "sha256")
    op.drop_index(
        "ix_items_user_id_updated_at", table_name="items", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index("ix_items_user_id_size", table_name="items", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(
        "ix_items_user_id_like_count", table_name="items", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index("ix_items_user_id_deleted_at", table_name="items")
    op.drop_index("ix_items_tags", table_name="items", postgresql_using="gin")
    op.drop_index("ix_items_search", table_name="items", postgresql_using="gin")
    op.drop_index(op.f("ix_items_deleted_at"), table_name="items")
    op.drop_constraint(op.f("ck_items_like_count"), "items", type_="check")
    op.drop_column("items", "like_count")
    op.drop_column("items", "is_sensitive")
    op.drop_column("items", "allow_recipe")
    op.drop_column("items", "search")
    op.drop_column("items", "licence")
    op.drop_column("items", "category")
    op.drop_constraint(op.f("fk_boards_parent_id"), "boards", type_="foreignkey")
    op.drop_constraint(op.f("fk_boards_cover_item_id"), "boards", type_="foreignkey")
    op.drop_index("ix_boards_user_id_parent_id", table_name="boards")
    op.drop_index(
        "ix_boards_public",
        table_name="boards",
        postgresql_where=sa.text("NOT is_private AND deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_boards_parent_id"), table_name="boards")
    op.drop_index(op.f("ix_boards_cover_item_id"), table_name="boards")
    op.drop_column("boards", "position")
    op.drop_column("boards", "cover_item_id")
    op.drop_column("boards", "parent_id")
    op.drop_index("ix_board_items_board_id_position", table_name="board_items")
    op.create_index(
        op.f("ix_board_items_board_id_position"), "board_items", ["board_id", "position"], unique=False
    )
    op.drop_index("ix_shares_user_id_created_at", table_name="shares")
    op.drop_index(op.f("ix_shares_item_id"), table_name="shares")
    op.drop_index(op.f("ix_shares_board_id"), table_name="shares")
    op.drop_table("shares")
    op.drop_index(op.f("ix_reports_user_id"), table_name="reports")
    op.drop_table("reports")
    op.drop_index(
        "ix_publications_waiting",
        table_name="publications",
        postgresql_where=sa.text("state = 'waiting' OR open_reports > 0"),
    )
    op.drop_index(
        "ix_publications_view_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_user_id_view_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_user_id_trending", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_user_id_published_at", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_user_id_like_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(op.f("ix_publications_user_id"), table_name="publications")
    op.drop_index("ix_publications_trending", table_name="publications", postgresql_where=sa.text("visible"))
    op.drop_index(
        "ix_publications_tags",
        table_name="publications",
        postgresql_using="gin",
        postgresql_where=sa.text("visible"),
    )
    op.drop_index(
        "ix_publications_search",
        table_name="publications",
        postgresql_using="gin",
        postgresql_where=sa.text("visible"),
    )
    op.drop_index(
        "ix_publications_published_at", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_model_view_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_model_trending", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_model_published_at", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_model_like_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_like_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_category_view_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_category_trending", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_index(
        "ix_publications_category_published_at",
        table_name="publications",
        postgresql_where=sa.text("visible"),
    )
    op.drop_index(
        "ix_publications_category_like_count", table_name="publications", postgresql_where=sa.text("visible")
    )
    op.drop_table("publications")
    op.drop_index(op.f("ix_likes_user_id"), table_name="likes")
    op.drop_table("likes")
    op.drop_index(op.f("ix_item_visits_day"), table_name="item_visits")
    op.drop_table("item_visits")
    op.drop_table("canvases")
    op.drop_index("ix_user_blobs_unused_since", table_name="user_blobs")
    op.drop_table("user_blobs")
    op.drop_index(op.f("ix_blocks_blocked_id"), table_name="blocks")
    op.drop_table("blocks")
    op.drop_index("ix_blob_uses_user_id_blob", table_name="blob_uses")
    op.drop_table("blob_uses")
    op.drop_index(op.f("ix_moderation_decisions_item_id"), table_name="moderation_decisions")
    op.drop_table("moderation_decisions")
    op.drop_index(op.f("ix_doomed_files_due_at"), table_name="doomed_files")
    op.drop_table("doomed_files")
