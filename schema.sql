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

-- Counts for the limits on signing in and registering, a row per name or address and what it tried.
CREATE TABLE IF NOT EXISTS attempts (
  what        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who         VARBINARY(255) NOT NULL,
  count       INT UNSIGNED NOT NULL,
  started_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (what, who),
  KEY attempts_started (started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT IGNORE INTO site (id, schema_version, epoch) VALUES (1, 1, LEFT(SHA2(CONCAT(UUID(), RAND(), NOW(6)), 256), 16));

-- Further migrations follow here, each in this form, which needs no rights beyond those on the tables:
--
--   SET @step = IF((SELECT schema_version FROM site WHERE id = 1) < 2, 'ALTER TABLE …', 'DO 0');
--   PREPARE step FROM @step;
--   EXECUTE step;
--   DEALLOCATE PREPARE step;
--   UPDATE site SET schema_version = 2 WHERE id = 1 AND schema_version < 2;
