-- Snug's tables, for MySQL 8 and MariaDB 10.5 or later.
--
--   mysql --default-character-set=utf8mb4 snug < schema.sql
--
-- It may be applied again at any time: what is there stays as it is. Every numbered migration stands below
-- in its order, and runs only in a database that has not had it yet (site.schema_version says how far it is).
--
-- Times are UTC. Every table has a primary key, nothing relies on the order of AUTO_INCREMENT, and no row of
-- `users` or `presence` is a foreign key's parent of `messages`: a send locks its room and nothing else.

SET NAMES utf8mb4;

-- One row: what this database is. Read when a program starts, and by /health.
CREATE TABLE IF NOT EXISTS site (
  id              TINYINT UNSIGNED NOT NULL,
  schema_version  INT UNSIGNED     NOT NULL,
  -- Part of every cursor. A restore from a backup must make it anew: UPDATE site SET epoch = LEFT(SHA2(UUID(), 256), 16).
  epoch           CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Counts registrations; its row lock makes exactly one user the first.
  registrations   BIGINT UNSIGNED  NOT NULL DEFAULT 0,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Migration 1: the first schema.

-- People. Found by id (every request), by name or e-mail (signing in, /people/NAME, adding members).
CREATE TABLE IF NOT EXISTS users (
  id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name          VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  display       VARCHAR(64)  COLLATE utf8mb4_unicode_520_ci NOT NULL,
  email         VARCHAR(254) COLLATE utf8mb4_bin NOT NULL, -- in lower case
  password      VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  admin         TINYINT UNSIGNED NOT NULL DEFAULT 0,
  -- Raised by every change of the user's memberships, sessions or read marks.
  version       BIGINT UNSIGNED NOT NULL DEFAULT 1,
  last_room_id  BIGINT UNSIGNED NOT NULL DEFAULT 0,
  created_at    DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY users_name (name),
  UNIQUE KEY users_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Signed-in browsers. The key is the SHA-256 of the cookie's token. By user: /account. By end: the clean-up.
CREATE TABLE IF NOT EXISTS sessions (
  token_hash  BINARY(32) NOT NULL,
  user_id     BIGINT UNSIGNED NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  seen_at     DATETIME(3) NOT NULL,
  expires_at  DATETIME(3) NOT NULL,
  remember    TINYINT UNSIGNED NOT NULL DEFAULT 0,
  address     VARCHAR(45)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  agent       VARCHAR(255) NOT NULL DEFAULT '',
  PRIMARY KEY (token_hash),
  KEY sessions_user (user_id),
  KEY sessions_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Who is there. Written in bulk by the messages programs; read with /people and the members of a room.
CREATE TABLE IF NOT EXISTS presence (
  user_id       BIGINT UNSIGNED NOT NULL,
  online_until  DATETIME(3) NOT NULL,
  seen_at       DATETIME(3) NOT NULL,
  PRIMARY KEY (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Rooms. By id (everything), by name (creating, renaming), by direct_key (opening a direct room),
-- by visibility (the public groups at /rooms). A deleted group's name is NULL, so that it is free again.
CREATE TABLE IF NOT EXISTS rooms (
  id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  kind             ENUM('group', 'direct') NOT NULL,
  name             VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NULL,
  topic            VARCHAR(250) NOT NULL DEFAULT '',
  visibility       ENUM('public', 'private') NOT NULL DEFAULT 'private',
  -- 0 keeps everything, N keeps the newest N messages.
  history_limit    INT UNSIGNED NOT NULL DEFAULT 0,
  last_seq         BIGINT UNSIGNED NOT NULL DEFAULT 0,
  oldest_seq       BIGINT UNSIGNED NOT NULL DEFAULT 1,
  -- Every change of the room takes the next version; these two say when its description and its members last changed.
  version          BIGINT UNSIGNED NOT NULL DEFAULT 0,
  info_version     BIGINT UNSIGNED NOT NULL DEFAULT 0,
  members_version  BIGINT UNSIGNED NOT NULL DEFAULT 0,
  -- The two user ids of a direct room, the smaller first: '2:7'.
  direct_key       VARCHAR(41) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_by       BIGINT UNSIGNED NOT NULL,
  created_at       DATETIME(3) NOT NULL,
  deleted_at       DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY rooms_name (name),
  UNIQUE KEY rooms_direct (direct_key),
  KEY rooms_visibility (visibility, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Who is in which room. By room and user (every right), by user (the lists at the left of every page).
CREATE TABLE IF NOT EXISTS members (
  room_id   BIGINT UNSIGNED NOT NULL,
  user_id   BIGINT UNSIGNED NOT NULL,
  role      ENUM('owner', 'admin', 'member') NOT NULL DEFAULT 'member',
  read_seq  BIGINT UNSIGNED NOT NULL DEFAULT 0,
  added_by  BIGINT UNSIGNED NOT NULL,
  added_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (room_id, user_id),
  KEY members_user (user_id, room_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What was said. By room and seq (pages and history), by room and version (cursors: the message's `change`),
-- by sender and nonce (a retry of a send is recognised; events have none).
CREATE TABLE IF NOT EXISTS messages (
  room_id     BIGINT UNSIGNED NOT NULL,
  seq         BIGINT UNSIGNED NOT NULL,
  version     BIGINT UNSIGNED NOT NULL,
  sender_id   BIGINT UNSIGNED NOT NULL,
  nonce       VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind        ENUM('text', 'event') NOT NULL DEFAULT 'text',
  -- What an event tells: 'added', 'renamed' …; its text is then what it happened to.
  event       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  text        TEXT COLLATE utf8mb4_bin NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  edited_at   DATETIME(3) NULL,
  deleted_at  DATETIME(3) NULL,
  PRIMARY KEY (room_id, seq),
  UNIQUE KEY messages_version (room_id, version),
  UNIQUE KEY messages_nonce (sender_id, nonce)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Counts for the limits on signing in, registering and the like: what was tried, and a digest of the name or address that
-- it counts for. `started_at` is when it was last counted.
CREATE TABLE IF NOT EXISTS attempts (
  what        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who         VARBINARY(255) NOT NULL,
  count       INT UNSIGNED NOT NULL,
  started_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (what, who),
  KEY attempts_started (started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT IGNORE INTO site (id, schema_version, epoch) VALUES (1, 1, LEFT(SHA2(CONCAT(UUID(), RAND(), NOW(6)), 256), 16));

-- Each further migration is one statement in this form, which needs no rights beyond those on the tables.

-- Migration 2: what people choose for themselves, and what became of an account. The name of one that is gone is
-- "-ID", which nobody can register; its messages stay, under "Former member".
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 2, 'ALTER TABLE users
  ADD theme ENUM(''auto'', ''light'', ''dark'') NOT NULL DEFAULT ''auto'',
  ADD language VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '''',
  ADD enter_sends TINYINT UNSIGNED NOT NULL DEFAULT 1,
  ADD hidden TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ADD suspended_at DATETIME(3) NULL,
  ADD deleted_at DATETIME(3) NULL', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 2 WHERE id = 1 AND schema_version < 2;

-- Migration 3: why a session is over ('elsewhere': a newer one took its place). Such a row opens nothing any more; it
-- stays until it would have ended, so that its page can say why.
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 3, 'ALTER TABLE sessions
  ADD ended VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''''', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 3 WHERE id = 1 AND schema_version < 3;

-- Migration 4: a muted member reads and does not write.
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 4, 'ALTER TABLE members
  ADD muted TINYINT UNSIGNED NOT NULL DEFAULT 0', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 4 WHERE id = 1 AND schema_version < 4;

-- Migration 5: who deleted a message (0: its sender).
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 5, 'ALTER TABLE messages
  ADD deleted_by BIGINT UNSIGNED NOT NULL DEFAULT 0', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 5 WHERE id = 1 AND schema_version < 5;

-- Migration 6: what the site's admins set at /admin. NULL: as the settings file says.
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 6, 'ALTER TABLE site
  ADD name VARCHAR(64) NULL,
  ADD registration ENUM(''open'', ''invite'', ''closed'') NULL,
  ADD history_limit INT UNSIGNED NULL,
  ADD single_session TINYINT UNSIGNED NULL,
  ADD keep_days INT UNSIGNED NULL', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 6 WHERE id = 1 AND schema_version < 6;

-- Migration 7: who came and went lately (asked every few seconds while somebody reads).
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 7, 'ALTER TABLE presence
  ADD KEY presence_until (online_until)', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 7 WHERE id = 1 AND schema_version < 7;

-- Migration 8: the tables below.

-- Who may not come back to a group. By room and user (joining, adding), by room (its settings).
CREATE TABLE IF NOT EXISTS bans (
  room_id    BIGINT UNSIGNED NOT NULL,
  user_id    BIGINT UNSIGNED NOT NULL,
  banned_by  BIGINT UNSIGNED NOT NULL,
  banned_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (room_id, user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What a message said before it was edited: `version` is the change that the text came with. By room and seq (the
-- group's admins look, a deletion removes them).
CREATE TABLE IF NOT EXISTS revisions (
  room_id     BIGINT UNSIGNED NOT NULL,
  seq         BIGINT UNSIGNED NOT NULL,
  version     BIGINT UNSIGNED NOT NULL,
  text        TEXT COLLATE utf8mb4_bin NOT NULL,
  written_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (room_id, seq, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Links that are as good as a key: to set a new password, to register by invitation. The token is stored nowhere.
-- By token (following one), by kind (the invitations at /admin), by user (a new link ends the older ones).
CREATE TABLE IF NOT EXISTS links (
  token_hash  BINARY(32) NOT NULL,
  kind        ENUM('reset', 'invite') NOT NULL,
  user_id     BIGINT UNSIGNED NOT NULL DEFAULT 0, -- whose password
  created_by  BIGINT UNSIGNED NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  expires_at  DATETIME(3) NOT NULL,
  uses_left   INT UNSIGNED NOT NULL DEFAULT 1,
  PRIMARY KEY (token_hash),
  KEY links_kind (kind, expires_at),
  KEY links_user (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Recovery codes, each good once.
CREATE TABLE IF NOT EXISTS recovery_codes (
  user_id    BIGINT UNSIGNED NOT NULL,
  code_hash  BINARY(32) NOT NULL,
  PRIMARY KEY (user_id, code_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What the site's admins did, newest first by id (the order is for reading only).
CREATE TABLE IF NOT EXISTS audit (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  created_at  DATETIME(3) NOT NULL,
  actor_id    BIGINT UNSIGNED NOT NULL,
  action      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target      VARCHAR(255) NOT NULL DEFAULT '',
  detail      VARCHAR(255) NOT NULL DEFAULT '',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

UPDATE site SET schema_version = 8 WHERE id = 1 AND schema_version < 8;

-- Migration 9: when a user's row last changed, by the database's clock: those who wait are told of changes by it.
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 9, 'ALTER TABLE users
  ADD changed_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  ADD KEY users_changed (changed_at)', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 9 WHERE id = 1 AND schema_version < 9;

-- Migration 10: accounts that ended, while their memberships and messages are still being removed (all of them, a few at
-- a time: whoever finds a row goes on with it). `display`: the name that goes from what the rooms tell.
CREATE TABLE IF NOT EXISTS departures (
  user_id   BIGINT UNSIGNED NOT NULL,
  display   VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  messages  TINYINT UNSIGNED NOT NULL, -- 1: they go, too
  PRIMARY KEY (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
UPDATE site SET schema_version = 10 WHERE id = 1 AND schema_version < 10;

-- Migration 11: what a message is beside its text. `html`: the text as it is rendered (NULL: shown as it is) by that version
-- of the renderer; `parts`: which of the tables below, and of those for files, know of it (lib/db_part.h), so that nothing
-- is asked for where nothing is.
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 11, 'ALTER TABLE messages
  ADD html MEDIUMTEXT COLLATE utf8mb4_bin NULL,
  ADD renderer TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ADD reply_to BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD parts TINYINT UNSIGNED NOT NULL DEFAULT 0', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 11, 'UPDATE messages SET parts = 1 WHERE edited_at IS NOT NULL', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 11 WHERE id = 1 AND schema_version < 11;

-- Migration 12: the tables below.

-- Which messages answer one (messages.reply_to says the same from the other side): they change when it does.
CREATE TABLE IF NOT EXISTS replies (
  room_id   BIGINT UNSIGNED NOT NULL,
  original  BIGINT UNSIGNED NOT NULL,
  seq       BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (room_id, original, seq),
  KEY replies_seq (room_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Who reacted to what. By message (showing it); a row comes and goes with the button.
CREATE TABLE IF NOT EXISTS reactions (
  room_id     BIGINT UNSIGNED NOT NULL,
  seq         BIGINT UNSIGNED NOT NULL,
  emoji       VARCHAR(16) COLLATE utf8mb4_bin NOT NULL,
  user_id     BIGINT UNSIGNED NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (room_id, seq, emoji, user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Which messages are for whom. By user and room (what is unread of them), by user and time (the page "For you").
CREATE TABLE IF NOT EXISTS mentions (
  user_id     BIGINT UNSIGNED NOT NULL,
  room_id     BIGINT UNSIGNED NOT NULL,
  seq         BIGINT UNSIGNED NOT NULL,
  why         ENUM('name', 'everyone', 'reply') NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (user_id, room_id, seq),
  KEY mentions_time (user_id, created_at),
  KEY mentions_message (room_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What a group's admins pinned. By room (its pins), by message (showing it).
CREATE TABLE IF NOT EXISTS pins (
  room_id    BIGINT UNSIGNED NOT NULL,
  seq        BIGINT UNSIGNED NOT NULL,
  pinned_by  BIGINT UNSIGNED NOT NULL,
  pinned_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (room_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What somebody keeps for himself. By user and time (the page "Saved"), by user and message (showing it).
CREATE TABLE IF NOT EXISTS bookmarks (
  user_id   BIGINT UNSIGNED NOT NULL,
  room_id   BIGINT UNSIGNED NOT NULL,
  seq       BIGINT UNSIGNED NOT NULL,
  saved_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (user_id, room_id, seq),
  KEY bookmarks_time (user_id, saved_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

UPDATE site SET schema_version = 12 WHERE id = 1 AND schema_version < 12;

-- Migration 13: the tables below.

-- Contents that people sent, by the SHA-256 of their bytes: where those are says lib/store.h. By hash (serving, storing
-- again), by size (how much there is). The row's lock keeps the bytes from coming and going at the same time.
CREATE TABLE IF NOT EXISTS files (
  hash        BINARY(32) NOT NULL,
  size        BIGINT UNSIGNED NOT NULL,
  type        VARCHAR(127) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- by what they are, not by what was said
  width       INT UNSIGNED NOT NULL, -- of a picture with a preview; else 0
  height      INT UNSIGNED NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (hash),
  KEY files_size (size)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Who sent which file into which room: the n-th of message `seq`, or of none yet (0). By id (serving, sending), by message
-- (showing it), by owner (how much he has), by hash (is it still used?), by seq and time (what was never sent goes).
CREATE TABLE IF NOT EXISTS uploads (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  owner_id    BIGINT UNSIGNED NOT NULL,
  room_id     BIGINT UNSIGNED NOT NULL,
  seq         BIGINT UNSIGNED NOT NULL DEFAULT 0,
  n           TINYINT UNSIGNED NOT NULL DEFAULT 0,
  hash        BINARY(32) NOT NULL,
  size        BIGINT UNSIGNED NOT NULL,
  name        VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  created_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY uploads_message (room_id, seq, n),
  KEY uploads_owner (owner_id, size),
  KEY uploads_hash (hash),
  KEY uploads_loose (seq, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The bytes themselves, where Files.Store is "database": in pieces, by content and number. While one is being written its
-- key is random; by first piece and time (what was never finished goes).
CREATE TABLE IF NOT EXISTS chunks (
  hash        BINARY(32) NOT NULL,
  n           INT UNSIGNED NOT NULL,
  data        MEDIUMBLOB NOT NULL,
  written_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (hash, n),
  KEY chunks_first (n, written_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

UPDATE site SET schema_version = 13 WHERE id = 1 AND schema_version < 13;

-- Migration 14: what a search looks in (lib/db_index.h). It follows the messages: everything here can be made anew from
-- them, so that nothing is lost with it.

-- Which messages have a word. A row stands for 64 numbers in a row of one room, and each of its bits for a message. By room and token,
-- newest first; several tokens meet in the same block. An era is 1,024 blocks: what is written lies together, however many
-- messages there were before.
CREATE TABLE IF NOT EXISTS search_words (
  room_id  BIGINT UNSIGNED    NOT NULL,
  era      MEDIUMINT UNSIGNED NOT NULL,
  token    INT UNSIGNED       NOT NULL,
  block    INT UNSIGNED       NOT NULL,
  bits     BIGINT UNSIGNED    NOT NULL,
  PRIMARY KEY (room_id, era, token, block)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The same from the other side: what stands above for a block. By block (bringing it up to date), by time (before: and after:).
CREATE TABLE IF NOT EXISTS search_blocks (
  room_id   BIGINT UNSIGNED NOT NULL,
  block     INT UNSIGNED    NOT NULL,
  first_at  DATETIME(3)     NOT NULL,
  words     MEDIUMBLOB      NOT NULL, -- tokens, each with its bits
  PRIMARY KEY (room_id, block),
  KEY search_blocks_time (room_id, first_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Up to which version of a room that is so. Whoever brings it further holds the row's lock.
CREATE TABLE IF NOT EXISTS search_rooms (
  room_id  BIGINT UNSIGNED NOT NULL,
  version  BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (room_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What somebody keeps goes with the message.
SET @step = IF((SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND
  index_name = 'bookmarks_message') = 0, 'ALTER TABLE bookmarks
  ADD KEY bookmarks_message (room_id, seq)', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE site SET schema_version = 14 WHERE id = 1 AND schema_version < 14;

-- Migration 15: e-mail addresses are told apart letter by letter, also where the very first schema was: it took "ä" for
-- "a" there.
SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 15, 'ALTER TABLE users
  MODIFY email VARCHAR(254) COLLATE utf8mb4_bin NOT NULL', 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
UPDATE users u JOIN site s ON s.id = 1 AND s.schema_version < 15 SET u.email = LOWER(u.email);
UPDATE site SET schema_version = 15 WHERE id = 1 AND schema_version < 15;
