"""The library's tables; the full-text index `picture_words` is made and kept in step by the migration."""

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class PictureRow(Base):
    """Times are microseconds since 1970 in UTC, whole numbers, so that they sort and compare exactly."""

    __tablename__ = "pictures"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    file: Mapped[str] = mapped_column(Text, unique=True)
    """Relative to the pictures folder, with forward slashes on every system; absolute where it is `linked`."""
    blob: Mapped[str] = mapped_column(Text, unique=True)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[int]
    prompt: Mapped[str] = mapped_column(Text)
    model_name: Mapped[str] = mapped_column(Text)
    seed: Mapped[int | None]
    recipe: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    """What a search reads: prompt, model, notes and tags, as `words.indexed` has them."""
    starred: Mapped[bool]
    trashed_at: Mapped[int | None]
    rating: Mapped[int] = mapped_column(server_default="0")
    label: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text, server_default="imported")
    parent: Mapped[str | None] = mapped_column(Text)
    linked: Mapped[bool] = mapped_column(server_default="0")
    pixels: Mapped[str] = mapped_column(Text, server_default="")
    """The hash of what is seen; empty where it was never taken."""
    source: Mapped[str] = mapped_column(Text, server_default="")
    """The hash of the pixels that it was made from."""

    __table_args__ = (
        Index("pictures_present", "trashed_at", "created_at", "id"),
        Index("pictures_starred", "trashed_at", "starred", "created_at", "id"),
        Index("pictures_best", "trashed_at", "rating", "created_at", "id"),
        Index("pictures_parent", "parent", sqlite_where=text("parent IS NOT NULL")),
        Index("pictures_pixels", "pixels", sqlite_where=text("pixels != ''")),
        Index("pictures_source", "source", sqlite_where=text("source != ''")),
    )


class TagRow(Base):
    """As it was first typed, found however it is typed."""

    __tablename__ = "tags"

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, unique=True)


class PictureTagRow(Base):
    __tablename__ = "picture_tags"
    __table_args__ = (Index("picture_tags_tag", "tag", "picture"),)

    picture: Mapped[int] = mapped_column(ForeignKey("pictures.number", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[int] = mapped_column(ForeignKey("tags.number", ondelete="CASCADE"), primary_key=True)


class BoardRow(Base):
    """`position` orders boards of one parent."""

    __tablename__ = "boards"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    position: Mapped[int]


class BoardPictureRow(Base):
    __tablename__ = "board_pictures"
    __table_args__ = (Index("board_pictures_picture", "picture"),)

    board: Mapped[str] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True)
    picture: Mapped[int] = mapped_column(ForeignKey("pictures.number", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default="0")


class SavedSearchRow(Base):
    __tablename__ = "saved_searches"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    position: Mapped[int]


class BesideDueRow(Base):
    """What changed and is not yet written beside the files, as `kind:name`; triggers of the migration fill it."""

    __tablename__ = "beside_due"
    __table_args__ = ({"sqlite_autoincrement": True},)

    ticket: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(Text, unique=True)
