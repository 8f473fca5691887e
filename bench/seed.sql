-- Whom and what the benchmark finds in the database. The numbers are known to bench/run.mjs.
--
--   users 1001–6000 readers, 900 who speaks to them, 6101–6164 senders, 6201–6216 page readers, 6301–6364 pollers
--   rooms 1 readers, 2 pollers, 3 the page with 1,000 messages, 4 with 1,000,000, 5 one room to send to,
--         6 with 10,000 messages, 7 with 1,000 formatted ones, 101–200 a hundred of them
--
-- A user's session is known by the user's number alone: nobody but the benchmark can reach this site.

SET @now = UTC_TIMESTAMP(3);

CREATE TEMPORARY TABLE people (id BIGINT UNSIGNED NOT NULL PRIMARY KEY);
INSERT INTO people SELECT seq FROM seq_1001_to_6000 UNION SELECT 900 UNION SELECT seq FROM seq_6101_to_6164
  UNION SELECT seq FROM seq_6201_to_6216 UNION SELECT seq FROM seq_6301_to_6364;

INSERT INTO users (id, name, display, email, password, created_at)
  SELECT id, CONCAT('user', id), CONCAT('User ', id), CONCAT('user', id, '@bench.example'), '!', @now FROM people;
INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at, remember)
  SELECT UNHEX(SHA2(CONCAT('bench', LPAD(id, 38, '0')), 256)), id, @now, @now, @now + INTERVAL 30 DAY, 1 FROM people;

INSERT INTO rooms (id, kind, name, topic, visibility, created_by, created_at)
  VALUES (1, 'group', 'Readers', 'Everybody waits here', 'private', 900, @now),
         (2, 'group', 'Pollers', '', 'private', 6301, @now),
         (3, 'group', 'A thousand', 'Messages', 'private', 6201, @now),
         (4, 'group', 'A million', 'Messages', 'private', 6201, @now),
         (5, 'group', 'One room', '', 'private', 6101, @now),
         (6, 'group', 'Ten thousand', 'Messages', 'private', 6301, @now),
         (7, 'group', 'Formatted', 'Messages', 'private', 6201, @now);
INSERT INTO rooms (id, kind, name, topic, visibility, created_by, created_at)
  SELECT seq, 'group', CONCAT('Room ', seq), '', 'private', 6101, @now FROM seq_101_to_200;

INSERT INTO members (room_id, user_id, role, added_by, added_at)
  SELECT 1, id, IF(id = 900, 'owner', 'member'), 900, @now FROM people WHERE id < 6101;
INSERT INTO members (room_id, user_id, role, added_by, added_at)
  SELECT 2, id, IF(id = 6301, 'owner', 'member'), 6301, @now FROM people WHERE id > 6300;
INSERT INTO members (room_id, user_id, role, added_by, added_at) VALUES (6, 6301, 'owner', 6301, @now);
INSERT INTO members (room_id, user_id, role, added_by, added_at)
  SELECT room.seq, id, IF(id = 6201, 'owner', 'member'), 6201, @now
    FROM people, seq_3_to_7 AS room WHERE room.seq IN (3, 4, 7) AND id BETWEEN 6201 AND 6216;
INSERT INTO members (room_id, user_id, role, added_by, added_at)
  SELECT rooms.id, people.id, IF(people.id = 6101, 'owner', 'member'), 6101, @now
    FROM people, rooms WHERE people.id BETWEEN 6101 AND 6164 AND (rooms.id = 5 OR rooms.id > 100);

-- As sends would have left them: seq and version rise together, each row with a nonce of its own.
INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at)
  SELECT 2, seq, seq, 6301 + seq MOD 64, CONCAT('seed-2-', LPAD(seq, 8, '0')), CONCAT('Message ', seq), @now
    FROM seq_1_to_100;
INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at)
  SELECT 3, seq, seq, 6201 + seq MOD 16, CONCAT('seed-3-', LPAD(seq, 8, '0')),
    CONCAT('Message ', seq, ': what somebody wrote on a Thursday, about as long as such things are.'),
    @now - INTERVAL (1000 - seq) MINUTE FROM seq_1_to_1000;
INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at)
  SELECT 4, seq, seq, 6201 + seq MOD 16, CONCAT('seed-4-', LPAD(seq, 8, '0')),
    CONCAT('Message ', seq, ': what somebody wrote on a Thursday, about as long as such things are.'),
    @now - INTERVAL (1000000 - seq) MINUTE FROM seq_1_to_1000000;
INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at)
  SELECT 6, seq, seq, 6301, CONCAT('seed-6-', LPAD(seq, 8, '0')),
    CONCAT('Message ', seq, ': what somebody wrote on a Thursday, about as long as such things are.'),
    @now - INTERVAL (10000 - seq) MINUTE FROM seq_1_to_10000;
INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, html, renderer, created_at)
  SELECT 7, seq, seq, 6201 + seq MOD 16, CONCAT('seed-7-', LPAD(seq, 8, '0')),
    CONCAT('Message ', seq, ': **what** somebody wrote on a *Thursday*, about as `long` as such things are.'),
    CONCAT('<p dir="auto">Message ', seq, ': <strong>what</strong> somebody wrote on a <em>Thursday</em>, about as <code>long</code> as such things are.</p>\n'),
    1, @now - INTERVAL (1000 - seq) MINUTE FROM seq_1_to_1000;
UPDATE rooms SET last_seq = 10000, version = 10000 WHERE id = 6;
UPDATE rooms SET last_seq = 100, version = 100 WHERE id = 2;
UPDATE rooms SET last_seq = 1000, version = 1000 WHERE id IN (3, 7);
UPDATE rooms SET last_seq = 1000000, version = 1000000 WHERE id = 4;
UPDATE members, rooms SET members.read_seq = rooms.last_seq WHERE rooms.id = members.room_id;
-- Nothing is to be indexed while other things are measured.
INSERT INTO search_rooms (room_id, version) SELECT id, version FROM rooms;
ANALYZE TABLE users, sessions, rooms, members, messages;
