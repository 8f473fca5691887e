-- A small, lively example: an allotment society, its groups and what was said in them over a month up to now.
-- deploy/demo runs this in one transaction. Everybody's password is "demo-demo", so nobody here is an admin of the
-- site, and the first one to register still becomes that.

SET NAMES utf8mb4;
START TRANSACTION;

SET @phc = '$scrypt$ln=15,r=8,p=3$Fxykn+zMIF3ESZkMRhDfVg$foSGQYJFIVTsEBQ48Cau8rWmgw+Kh9iPnzDVR4LEzFg';
INSERT INTO users (name, display, email, password, created_at) VALUES
  ('ana', 'Ana Lima', 'ana@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('mira', 'Mira Okafor', 'mira@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('tom', 'Tom Hale', 'tom@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('ravi', 'Ravi Kapoor', 'ravi@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('jun', 'Jun Sato', 'jun@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('ella', 'Ella Brandt', 'ella@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('samir', 'سمير حداد', 'samir@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('noa', 'נועה לוי', 'noa@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('wei', '张伟 Wei Zhang', 'wei@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('ines', 'Inês Prado', 'ines@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('oskar', 'Oskar Nyström', 'oskar@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY),
  ('kofi', 'Kofi Mensah', 'kofi@allotments.example', @phc, UTC_DATE() - INTERVAL 32 DAY);

-- Named here, so that the lines below can name them too.
CREATE TEMPORARY TABLE demo_rooms (
  label  VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NOT NULL PRIMARY KEY,
  id     BIGINT UNSIGNED NOT NULL
) DEFAULT CHARSET=utf8mb4;

INSERT INTO rooms (kind, name, topic, visibility, history_limit, created_by, created_at)
SELECT 'group', g.name, g.topic, g.visibility, g.history_limit, u.id, UTC_DATE() - INTERVAL 32 DAY FROM users u JOIN (
  SELECT 'general' AS name, 'Everything about the allotments. Gate code is in the spring letter.' AS topic,
    'public' AS visibility, 0 AS history_limit, 'ana' AS creator
  UNION ALL SELECT 'plot-swaps', 'Offer, ask, agree. Tell the committee when it is done.', 'public', 0, 'ana'
  UNION ALL SELECT 'seeds-and-tools', 'The common order, the shed, and who has the fork', 'public', 0, 'ravi'
  UNION ALL SELECT 'committee', 'Minutes and money', 'private', 0, 'ana'
  UNION ALL SELECT 'weather', 'What it does up there. Only the newest hundred are kept.', 'public', 100, 'kofi'
) g ON g.creator = u.name;
INSERT INTO demo_rooms SELECT name, id FROM rooms
WHERE name IN ('general', 'plot-swaps', 'seeds-and-tools', 'committee', 'weather');

INSERT INTO rooms (kind, direct_key, created_by, created_at)
SELECT 'direct', CONCAT(LEAST(a.id, b.id), ':', GREATEST(a.id, b.id)), a.id, UTC_DATE() - INTERVAL 20 DAY
FROM users a JOIN users b ON (a.name, b.name) IN (('ana', 'mira'), ('ana', 'tom'), ('ana', 'jun'), ('noa', 'samir'));
INSERT INTO demo_rooms SELECT CONCAT(a.name, '+', b.name), r.id
FROM users a JOIN users b ON (a.name, b.name) IN (('ana', 'mira'), ('ana', 'tom'), ('ana', 'jun'), ('noa', 'samir'))
JOIN rooms r ON r.direct_key = CONCAT(LEAST(a.id, b.id), ':', GREATEST(a.id, b.id));

-- Day 0 counts its minutes back from now, the other days theirs from midnight.
CREATE TEMPORARY TABLE demo_said (
  place   INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  room    VARCHAR(64) COLLATE utf8mb4_unicode_520_ci NOT NULL,
  days    INT NOT NULL,
  minutes INT NOT NULL,
  who     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  what    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- 'edited', 'deleted', an event, or just said
  text    TEXT COLLATE utf8mb4_bin NOT NULL
) DEFAULT CHARSET=utf8mb4;

INSERT INTO demo_said (room, days, minutes, who, what, text) VALUES
  ('general', 31, 1100, 'ana', '', 'Welcome, everybody. From today this is where we talk, instead of the notice board in the rain.'),
  ('general', 31, 1101, 'mira', '', 'Finally. The notice board had mould on it.'),
  ('general', 31, 1102, 'tom', '', 'It had character.'),
  ('general', 31, 1104, 'ravi', '', 'It had slugs.'),
  ('general', 31, 1107, 'ana', '', 'Please keep plot swaps in plot-swaps and so on, so that people find things again. Everything else: here.'),
  ('general', 31, 1108, 'ana', 'topic', 'Everything about the allotments. Gate code is in the spring letter.'),
  ('general', 30, 465, 'ella', '', 'Good morning! Has anybody seen a blue watering can with a dent? It answers to "Bertha".'),
  ('general', 30, 469, 'tom', '', 'Behind the top tap, I think, next to the broken wheelbarrow.'),
  ('general', 30, 471, 'ella', '', 'Found her. Thank you 💚'),
  ('general', 30, 472, 'ravi', '', 'We should label the cans.'),
  ('general', 30, 473, 'ella', '', 'Bertha needs no label.'),
  ('general', 29, 1145, 'ana', 'added', 'سمير حداد, נועה לוי, 张伟 Wei Zhang'),
  ('general', 29, 1146, 'samir', '', 'مساء الخير جميعًا! أنا سمير، لدي القطعة رقم ٧ بجانب شجرة التين.'),
  ('general', 29, 1148, 'noa', '', 'ערב טוב! אני נועה, חלקה 12. יש למישהו שתילי עגבניות מיותרים?'),
  ('general', 29, 1149, 'mira', '', 'Welcome both! I have far too many tomato seedlings, come by on Saturday.'),
  ('general', 29, 1150, 'wei', '', '大家好！我是张伟，十八号地。去年种的韭菜太多了，想要的请随便拿。'),
  ('general', 29, 1151, 'ravi', '', 'Welcome, Wei. What would one do with that many Chinese chives?'),
  ('general', 29, 1153, 'wei', '', 'Dumplings. 韭菜盒子 above all. I will bring some to the work day.'),
  ('general', 29, 1155, 'samir', '', 'أهلًا وسهلًا! سأحضر خبزًا بالزعتر إذن.'),
  ('general', 29, 1156, 'tom', '', 'I don''t read all of that, but I read "bread" between the lines, and I am for it.'),
  ('general', 28, 1090, 'tom', '', 'Whoever left the marrow on my bench: thank you, and please stop.'),
  ('general', 28, 1091, 'ella', '', 'It was not me. Mine are bigger.'),
  ('general', 28, 1093, 'ravi', '', 'It was not me either. I leave them on Kofi''s.'),
  ('general', 28, 1095, 'kofi', '', 'So that is where they come from.'),
  ('general', 28, 1096, 'mira', '', 'Marrow chutney, four jars, at the gate. Take one. Take two, please.'),
  ('general', 27, 1050, 'mira', '', 'Work day on Saturday from nine. Jobs so far:\n- clear the ditch along the hedge\n- mend the shed door\n- turn the big compost heap\n- cut back the brambles at plot 22'),
  ('general', 27, 1052, 'oskar', '', 'I take the shed door. I have hinges.'),
  ('general', 27, 1053, 'kofi', '', 'Ditch. I have boots.'),
  ('general', 27, 1054, 'ines', '', 'Eu trago o café ☕ e um bolo de laranja.'),
  ('general', 27, 1057, 'ana', '', 'Brambles, with gloves this time.'),
  ('general', 27, 1060, 'ella', '', 'Compost and Bertha.'),
  ('general', 25, 820, 'oskar', '', 'Shed door hangs straight. It may even close.'),
  ('general', 25, 821, 'kofi', '', 'Ditch runs. There was a garden gnome in it, he is drying on the bench.'),
  ('general', 25, 823, 'tom', '', 'That is Gerald! He was stolen in 2019.'),
  ('general', 25, 825, 'ines', '', 'O Gerald tem cara de quem viu muita coisa.'),
  ('general', 25, 827, 'mira', '', 'Thank you all, fourteen people and four wheelbarrows. The cake is gone, the brambles nearly.'),
  ('general', 24, 1170, 'ana', '', 'Pictures of the work day are on the notice board, the real one.'),
  ('general', 24, 1171, 'oskar', '', 'Is there one of the door?'),
  ('general', 24, 1172, 'ana', '', 'There are nine of the door.'),
  ('general', 24, 1174, 'oskar', '', '😌'),
  ('general', 21, 495, 'ravi', '', 'The robin is back at the compost heap.'),
  ('general', 21, 496, 'ella', '', '🐦❤️'),
  ('general', 21, 497, 'noa', '', 'בוקר טוב לאדום החזה 🙂'),
  ('general', 19, 475, 'samir', '', 'صباح الخير! هل رأى أحد قفازاتي الخضراء؟ تركتها عند الصنبور.'),
  ('general', 19, 476, 'wei', '', '在工具房的架子上，我看到了。'),
  ('general', 19, 478, 'mira', '', 'On the shelf in the shed, says Wei.'),
  ('general', 19, 479, 'samir', '', 'شكرًا جزيلًا لكما 🌿'),
  ('general', 19, 481, 'tom', '', 'This works better than my last three phone calls.'),
  ('general', 18, 1210, 'tom', '', 'Somebody has parked a trailer across the lower gate.'),
  ('general', 18, 1212, 'oskar', '', 'Sorry, that was me, five minutes, the wheel came off.'),
  ('general', 18, 1216, 'tom', 'deleted', 'It has been an hour'),
  ('general', 18, 1219, 'oskar', '', 'Moved. Wheel is on again, mostly.'),
  ('general', 16, 720, 'ana', 'added', 'Kofi Mensah'),
  ('general', 16, 721, 'kofi', '', 'I was here all along, but now it is official.'),
  ('general', 16, 723, 'ana', '', 'The committee found your form under the kettle.'),
  ('general', 14, 560, 'wei', '', '今天早上下霜了，大家注意番茄。'),
  ('general', 14, 563, 'mira', '', 'For those who, like me, had to look: frost this morning, mind the tomatoes.'),
  ('general', 14, 564, 'noa', '', 'תודה! כיסיתי הכול בזמן.'),
  ('general', 14, 565, 'samir', '', 'وأنا أيضًا، شكرًا يا وي.'),
  ('general', 14, 566, 'ella', '', 'Mine are already soup.'),
  ('general', 13, 1005, 'noa', '', 'מישהו יודע מתי אוספים את העלים מהרחוב? אני רוצה שלושה שקים.'),
  ('general', 13, 1008, 'ana', '', 'The street sweepers come on Thursday. Ask them nicely, they are glad to get rid of it.'),
  ('general', 13, 1009, 'noa', '', 'תודה אנה!'),
  ('general', 13, 1011, 'kofi', '', 'Leaf mould in two years, patience for free.'),
  ('general', 13, 1012, 'ella', '', 'I have neither the sacks nor the two years.'),
  ('general', 13, 1014, 'tom', '', 'You said that two years ago.'),
  ('general', 11, 1130, 'ravi', '', 'The cost of water for the year, for those who asked:\nplot size   litres   share\nfull          9100   42.00\nhalf          4800   21.00\nherb strip     900    5.00'),
  ('general', 11, 1132, 'ines', 'edited', 'Half plots pay exactly half, and I water twice as little. Noted 🙂'),
  ('general', 11, 1135, 'ravi', '', 'It is the honest kind of unfairness.'),
  ('general', 10, 500, 'ines', '', 'Bom dia! A torneira de baixo está a pingar outra vez.'),
  ('general', 10, 502, 'oskar', '', 'Washer. I come by after work.'),
  ('general', 10, 506, 'ines', '', 'És um anjo.'),
  ('general', 10, 507, 'oskar', '', 'I am a man with washers.'),
  ('general', 8, 450, 'ella', '', 'Fox on plot 9 again. Very polite, walked along the path.'),
  ('general', 8, 452, 'kofi', '', 'Better than the badger.'),
  ('general', 8, 454, 'oskar', '', 'Rävar är alltid välkomna.'),
  ('general', 7, 1080, 'ravi', '', 'For the winter talk: who would like what? So far "pruning" has four votes and "slugs, a reckoning" has nine.'),
  ('general', 7, 1081, 'mira', '', 'Slugs.'),
  ('general', 7, 1082, 'ella', '', 'Slugs.'),
  ('general', 7, 1086, 'ines', 'deleted', 'Pruning'),
  ('general', 7, 1087, 'wei', '', '蛞蝓！'),
  ('general', 7, 1090, 'ana', '', 'Slugs it is, then. First Tuesday of the month, bring a chair.'),
  ('general', 6, 1180, 'tom', '', 'Who has the key to the tool shed? It is not on its nail.'),
  ('general', 6, 1181, 'ana', '', 'Mira has it, she is mending the lock.'),
  ('general', 6, 1182, 'mira', '', 'I have it. The lock is on my kitchen table in eleven pieces.'),
  ('general', 6, 1184, 'tom', '', 'Take your time.'),
  ('general', 6, 1185, 'mira', '', 'I count twelve pieces now.'),
  ('general', 6, 1187, 'oskar', '', 'I know locks. Tomorrow at six?'),
  ('general', 6, 1189, 'mira', '', 'Yes please 🙏'),
  ('general', 5, 1100, 'oskar', '', 'The lock works, and nothing is left over.'),
  ('general', 5, 1103, 'mira', '', 'He is too modest, one spring is left over.'),
  ('general', 4, 730, 'kofi', '', 'The bonfire pile has a hedgehog in it. Nobody lights anything, please.'),
  ('general', 4, 731, 'ella', '', '🦔 What is it called?'),
  ('general', 4, 733, 'kofi', '', 'Resident.'),
  ('general', 4, 734, 'tom', '', 'Put up a sign, or the autumn people will not believe it.'),
  ('general', 4, 735, 'kofi', '', 'Done. The sign says "No".'),
  ('general', 3, 605, 'ines', 'edited', 'Does anybody know what this is? Grey leaves, smells of curry, no flowers yet.'),
  ('general', 3, 607, 'ravi', '', 'Curry plant, Helichrysum. It is not what curry is made of, and it does not mind.'),
  ('general', 3, 608, 'ines', '', 'Obrigada! It came with the plot, then.'),
  ('general', 2, 975, 'ines', '', 'Festa da colheita no domingo? Mesas debaixo da nogueira, cada um traz um prato.'),
  ('general', 2, 976, 'samir', '', 'فكرة رائعة! سأحضر الحمص والتبولة.'),
  ('general', 2, 977, 'noa', '', 'אני מביאה סלט וחלה. ומישהו צריך להביא כיסאות.'),
  ('general', 2, 979, 'wei', '', '饺子，当然。'),
  ('general', 2, 981, 'ella', '', 'Plum cake. Bertha brings water.'),
  ('general', 2, 982, 'kofi', '', 'Jollof, and chairs.'),
  ('general', 2, 985, 'ana', '', 'Sunday it is, from one o''clock. I write it on the board too, for Gerald.'),
  ('general', 1, 1122, 'mira', '', 'The water is back on at the top tap. Please run it for a minute first, it comes out *brown*.'),
  ('general', 1, 1126, 'mira', '', 'Hose reel is in the shed, second hook.'),
  ('general', 1, 1128, 'tom', 'added', 'Jun Sato'),
  ('general', 1, 1130, 'jun', '', 'Thanks for having me! I have plot 22, the one with the old pear tree.'),
  ('general', 1, 1134, 'tom', '', 'Lucky you. Prune in January, not before. Rota as it stands:\n```\nweek 47  Mira, Ana\nweek 48  Jun, Tom\n```'),
  ('general', 1, 1138, 'jun', '', 'Week 48 is in my calendar. 梨の木、楽しみです。'),
  ('general', 1, 1139, 'ella', '', 'That pear tree has been promising pears since 2011.'),
  ('general', 1, 1140, 'ravi', '', 'It gave four last year. I counted them. I ate one.'),
  ('general', 0, 95, 'mira', '', '@ana can you open the gate for the compost delivery at nine?'),
  ('general', 0, 94, 'ana', 'edited', 'Yes, I''ll be there at quarter to.'),
  ('general', 0, 92, 'kofi', 'deleted', 'I could do it too'),
  ('general', 0, 90, 'kofi', '', 'Wrong week, sorry, I am away. Ana has it.'),
  ('general', 0, 22, 'samir', '', 'وصل السماد! كومتان كبيرتان عند البوابة السفلى.'),
  ('general', 0, 18, 'mira', '', 'Two heaps at the lower gate. Take what you need, a barrow per plot, please.'),
  ('general', 0, 16, 'jun', '', 'Is a barrow heaped or level?'),
  ('general', 0, 15, 'tom', '', 'Heaped. Always heaped.'),
  ('plot-swaps', 28, 735, 'oskar', '', 'Offering: the shady end of plot 3 (fine for rhubarb) against something with sun.'),
  ('plot-swaps', 28, 736, 'ines', '', 'How shady is shady?'),
  ('plot-swaps', 28, 737, 'oskar', '', 'Mushrooms, mostly.'),
  ('plot-swaps', 28, 739, 'ravi', '', 'I would take it for the ferns, if you take my strip by the road. Full sun, some dust.'),
  ('plot-swaps', 28, 742, 'oskar', '', 'Deal. When?'),
  ('plot-swaps', 28, 745, 'ravi', '', 'After the beans are out, end of the month.'),
  ('plot-swaps', 25, 555, 'wei', '', '有人要多余的竹竿吗？两米长的，二十根。'),
  ('plot-swaps', 25, 556, 'mira', '', 'Twenty bamboo canes, two metres? I take ten, against onions.'),
  ('plot-swaps', 25, 559, 'wei', '', '成交 👌'),
  ('plot-swaps', 25, 562, 'tom', '', 'And I the other ten, against nothing much. Marrows?'),
  ('plot-swaps', 25, 563, 'wei', '', '……不用了，谢谢 😅'),
  ('plot-swaps', 22, 1025, 'ella', '', 'Does anybody want half a plot next year? My knees say that a whole one is enough of two halves.'),
  ('plot-swaps', 22, 1027, 'noa', '', 'אני מעוניינת! החלקה שלך ליד שלי, אפשר פשוט להזיז את הגדר.'),
  ('plot-swaps', 22, 1030, 'ella', '', 'Just move the fence? I like the way you think.'),
  ('plot-swaps', 22, 1034, 'ana', '', 'Tell the committee which half, for the plan.'),
  ('plot-swaps', 22, 1036, 'ella', '', 'The half with the fence in it.'),
  ('plot-swaps', 15, 520, 'kofi', '', 'Swap: four metres of raspberry canes for anything that does not try to cross the path.'),
  ('plot-swaps', 15, 523, 'tom', '', 'They will come back to you whatever you sign.'),
  ('plot-swaps', 15, 525, 'kofi', '', 'I know. I want it in writing.'),
  ('plot-swaps', 15, 528, 'wei', '', '我要！树莓酱很好吃。'),
  ('plot-swaps', 15, 529, 'kofi', '', 'Jam for canes. Done 🤝'),
  ('plot-swaps', 12, 810, 'ines', '', 'Troco um saco de laranjas da minha tia por estrume bem curtido.'),
  ('plot-swaps', 12, 812, 'ravi', '', 'How well rotted?'),
  ('plot-swaps', 12, 813, 'ines', '', 'Curtido como o humor do Tom.'),
  ('plot-swaps', 12, 814, 'ravi', '', 'I have exactly that. Behind the ferns.'),
  ('plot-swaps', 12, 816, 'tom', '', 'I read that with a translator, you know.'),
  ('plot-swaps', 9, 1160, 'samir', '', 'عندي شتلات نعناع كثيرة جدًا، من يريد؟'),
  ('plot-swaps', 9, 1162, 'mira', '', 'Mint? In a pot, please, Samir, in a very strong pot.'),
  ('plot-swaps', 9, 1163, 'samir', '', 'بالطبع، في أصيص من الحديد 😄'),
  ('plot-swaps', 9, 1164, 'ines', '', 'Quero uma, para o chá.'),
  ('plot-swaps', 4, 690, 'jun', '', 'What does one offer for an old shed window? I would like to build a cold frame.'),
  ('plot-swaps', 4, 691, 'oskar', '', 'I have two. One has all of its glass.'),
  ('plot-swaps', 4, 692, 'jun', '', 'The other one is art, then. What would you like for the whole one?'),
  ('plot-swaps', 4, 695, 'oskar', '', 'Help with the potatoes in spring.'),
  ('plot-swaps', 4, 696, 'jun', '', '約束します。 That is a promise.'),
  ('plot-swaps', 1, 1205, 'ravi', '', 'The ferns have arrived on plot 3 and look as if they had always been there.'),
  ('plot-swaps', 1, 1207, 'oskar', '', 'The dust has arrived at the beans as well. Everybody is happy.'),
  ('plot-swaps', 0, 70, 'ella', '', 'So, whoever takes the half plot: the gate post is included, I am not.'),
  ('plot-swaps', 0, 68, 'noa', '', 'אז סיכמנו 🎉 מתחילים באביב.'),
  ('plot-swaps', 0, 67, 'kofi', '', 'Anybody for one more metre of raspberries? They have crossed the path.'),
  ('seeds-and-tools', 26, 610, 'ravi', '', 'Seed list for the common order is open until the end of the week. What I have so far:\nbroad beans      ''Aquadulce''     3 packets\nleeks            ''Musselburgh''   2 packets\nspinach          ''Matador''       5 packets'),
  ('seeds-and-tools', 26, 612, 'ana', '', 'Two of garlic for planting, please, if they have it.'),
  ('seeds-and-tools', 26, 614, 'tom', '', 'Sweet peas. It is an allotment, not a factory.'),
  ('seeds-and-tools', 26, 616, 'wei', '', '雪里蕻 and 小白菜, if anybody sells them here.'),
  ('seeds-and-tools', 26, 617, 'ravi', '', 'Mustard greens and pak choi, found both.'),
  ('seeds-and-tools', 25, 1100, 'jun', '', 'Which spade is the society''s, the one with the green handle?'),
  ('seeds-and-tools', 25, 1104, 'oskar', '', 'The green one. The red one is Ella''s and she counts its scratches.'),
  ('seeds-and-tools', 25, 1106, 'ella', '', 'Forty-one.'),
  ('seeds-and-tools', 23, 990, 'oskar', 'joined', ''),
  ('seeds-and-tools', 23, 992, 'oskar', '', 'The strimmer is back from repair. Please use the right fuel, it is not a diesel.'),
  ('seeds-and-tools', 23, 993, 'kofi', '', 'Who would put diesel in it?'),
  ('seeds-and-tools', 23, 996, 'oskar', '', 'Gerald, perhaps.'),
  ('seeds-and-tools', 20, 1140, 'noa', '', 'יש לי זרעים של מלפפון פקוס, מישהו רוצה לנסות?'),
  ('seeds-and-tools', 20, 1141, 'mira', '', 'Yes! Is that the fuzzy pale one? My grandmother grew it.'),
  ('seeds-and-tools', 20, 1144, 'noa', '', 'בדיוק. אביא לך שקית מחר.'),
  ('seeds-and-tools', 20, 1146, 'samir', '', 'عندنا نسميه «فقوس»، وهو لذيذ جدًا مع الملح.'),
  ('seeds-and-tools', 20, 1147, 'mira', '', 'One cucumber, three languages, same salad 🥒'),
  ('seeds-and-tools', 17, 590, 'ella', '', 'A script for those who keep seed lists on the computer. It prints what is too old:\n#!/bin/sh\n# seeds.csv: name;year\nawk -F'';'' -v now="$(date +%Y)" ''$2 < now - 4 { print $1 " <- sow thick" }'' seeds.csv'),
  ('seeds-and-tools', 17, 591, 'jun', '', 'That is neat. Parsnips need `now - 1`, though.'),
  ('seeds-and-tools', 17, 592, 'ella', 'edited', 'True. Add `|| ($1 ~ /parsnip/ && $2 < now)` and they are always too old, as in life.'),
  ('seeds-and-tools', 17, 593, 'ravi', '', 'if (parsnip.age > 1) { hope--; }'),
  ('seeds-and-tools', 15, 1210, 'wei', '', 'A small table for sowing depths, three times the size of the seed:\n| seed    | size | depth |\n|---------|------|-------|\n| lettuce |  1mm |   3mm |\n| radish  |  3mm |   9mm |\n| bean    | 12mm |  36mm |'),
  ('seeds-and-tools', 15, 1213, 'ravi', '', 'So that is why my lettuce never came up. It is still on its way.'),
  ('seeds-and-tools', 15, 1214, 'ines', '', 'Coitada da alface.'),
  ('seeds-and-tools', 13, 1085, 'tom', '', 'Whose is the long-handled fork with the red tape?'),
  ('seeds-and-tools', 13, 1087, 'ines', '', 'Minha! Deixei-a no plot da Ana.'),
  ('seeds-and-tools', 13, 1091, 'tom', '', 'It is leaning at the water butt now, with its tines down, as forks should.'),
  ('seeds-and-tools', 11, 1035, 'samir', '', 'المنشار الصغير عندي حتى السبت، إن احتاجه أحد.'),
  ('seeds-and-tools', 11, 1036, 'ana', '', 'Good to know. Please hang it on the third nail afterwards, the second is for the hose.'),
  ('seeds-and-tools', 11, 1037, 'samir', '', 'المسمار الثالث، حاضر.'),
  ('seeds-and-tools', 10, 745, 'kofi', '', 'The order has arrived. Packets are in the tin with the cat on it, in the shed.'),
  ('seeds-and-tools', 10, 746, 'wei', '', '太好了，谢谢！'),
  ('seeds-and-tools', 10, 747, 'jun', '', '小松菜はありますか？'),
  ('seeds-and-tools', 10, 749, 'kofi', '', 'Komatsuna, yes, bottom of the tin, under the sweet peas.'),
  ('seeds-and-tools', 7, 1065, 'mira', '', 'Rotavator rota, by plot:\nMon  1-6\nTue  7-12\nWed  13-18\nThu  19-24\nFri  rest (the machine, not you)'),
  ('seeds-and-tools', 7, 1066, 'oskar', '', 'And it starts only with the choke half out. HALF.'),
  ('seeds-and-tools', 7, 1068, 'samir', '', 'نصف، فهمت 👍'),
  ('seeds-and-tools', 4, 510, 'ines', 'deleted', 'O ancinho novo desapareceu'),
  ('seeds-and-tools', 4, 511, 'ines', '', 'Achei o ancinho. Estava atrás da porta nova do Oskar.'),
  ('seeds-and-tools', 4, 512, 'oskar', '', 'The door closes so well that it hides things.'),
  ('seeds-and-tools', 2, 1155, 'ravi', '', 'For the calendar: garlic in now, broad beans by the end of the month, everything else can wait for spring.'),
  ('seeds-and-tools', 2, 1159, 'wei', '', '大蒜已经种好了 ✅'),
  ('seeds-and-tools', 2, 1161, 'ana', '', 'Planted, four rows, mulched with leaves.'),
  ('seeds-and-tools', 2, 1163, 'tom', '', 'Four sweet peas in a pot on the sill. Priorities.'),
  ('committee', 30, 1200, 'ana', '', 'Private group for the four of us. Minutes and money.'),
  ('committee', 30, 1203, 'ravi', '', 'Balance: 1,284.50 after the water bill.'),
  ('committee', 30, 1206, 'mira', '', 'And the hinge fund?'),
  ('committee', 30, 1207, 'ravi', '', 'Oskar refuses to be paid for hinges.'),
  ('committee', 30, 1209, 'tom', '', 'Then cake. It is in the statutes.'),
  ('committee', 19, 1230, 'ana', '', 'Waiting list is at nine names. Two half plots become free in spring, if Ella means it.'),
  ('committee', 19, 1234, 'mira', '', 'She means it. She measured.'),
  ('committee', 19, 1238, 'tom', '', 'Can we offer the halves to the first two, in writing, before Christmas?'),
  ('committee', 19, 1241, 'ravi', '', 'I draft the letter.'),
  ('committee', 12, 1260, 'ravi', '', 'Draft letter:\nDear neighbour,\na half plot of about 60 square metres becomes free on 1 March. The rent is 38 a year, water included.\nPlease tell us by 15 January whether you would like it.\nFor the committee, R. Kapoor'),
  ('committee', 12, 1262, 'ana', '', 'Good. "about 62", if we are exact.'),
  ('committee', 12, 1264, 'ravi', 'edited', 'Changed to 62. Sent to the printer.'),
  ('committee', 12, 1266, 'tom', '', 'Nobody has ever complained about two square metres too many.'),
  ('committee', 5, 1190, 'mira', '', 'Insurance for the shed: same as last year, or with the new door as "reinforced"?'),
  ('committee', 5, 1192, 'ana', '', 'It is reinforced by Oskar. Say yes.'),
  ('committee', 5, 1193, 'ravi', 'deleted', 'The premium goes up by 400'),
  ('committee', 5, 1195, 'ravi', '', 'Misread: the premium goes up by 4.00. We can afford that.'),
  ('committee', 0, 50, 'mira', '', 'The council asks whether we want a second tap at the lower gate. They pay the pipe, we dig.'),
  ('committee', 0, 48, 'tom', '', 'We dig well. Ask Kofi''s ditch.'),
  ('committee', 0, 47, 'mira', '', '@ana it needs your signature until Friday.'),
  ('weather', 20, 410, 'kofi', 'renamed', 'weather'),
  ('weather', 20, 411, 'kofi', '', '''Meteorological observations'' was too long for the sidebar.'),
  ('weather', 20, 415, 'kofi', '', '4 °C, fog, the top plots are an island.'),
  ('weather', 20, 417, 'ella', '', '🌫️'),
  ('weather', 17, 420, 'kofi', '', '9 °C and drizzle. Slugs 14, lettuces 2.'),
  ('weather', 17, 421, 'ines', '', 'Chuva miudinha, mas as couves agradecem.'),
  ('weather', 14, 425, 'wei', '', '-1 °C，第一次霜冻 ❄️'),
  ('weather', 14, 427, 'mira', '', 'Fleece on everything tonight.'),
  ('weather', 13, 430, 'kofi', '', '2 °C and the fleece of plot 16 is in my hedge. It sends its regards.'),
  ('weather', 11, 418, 'kofi', '', 'Clear and cold. You can see the church, so it will rain; if you can''t, it rains already.'),
  ('weather', 11, 419, 'tom', '', 'Science.'),
  ('weather', 9, 420, 'noa', '', '11 מעלות ושמש ☀️ יום מושלם לשתול שום.'),
  ('weather', 9, 421, 'samir', '', '١١ درجة عندي أيضًا، نحن جيران في النهاية 😄'),
  ('weather', 8, 440, 'ella', '', 'Wind took the lid of compost heap 2. It was last seen going north.'),
  ('weather', 8, 441, 'oskar', '', 'It is in the ditch. I tied it down with a brick and a knot.'),
  ('weather', 8, 442, 'jun', '', 'もやい結びですか？'),
  ('weather', 8, 444, 'oskar', '', 'A bowline, yes!'),
  ('weather', 6, 410, 'oskar', '', 'Rain gauge, this week in mm:\nMon  3.2\nTue  0.0\nWed 11.4\nThu  6.1'),
  ('weather', 6, 411, 'tom', '', 'Wednesday was personal.'),
  ('weather', 3, 435, 'jun', '', '今日は風が強いです。 Tie down your bean poles.'),
  ('weather', 3, 436, 'ella', '', 'One pole is visiting from plot 14. It may stay for tea.'),
  ('weather', 1, 425, 'kofi', '', '6 °C, dry until the evening. Go and dig.'),
  ('weather', 1, 427, 'ines', '', 'Céu limpo e terra macia 🌱'),
  ('weather', 0, 110, 'kofi', '', '7 °C, light rain from noon on. The compost will steam nicely.'),
  ('weather', 0, 107, 'wei', '', '雨来了 ☔'),
  ('ana+mira', 20, 1270, 'mira', '', 'Are you still up? I can''t find the minutes of the September meeting.'),
  ('ana+mira', 20, 1271, 'ana', '', 'In the blue folder, behind the red one.'),
  ('ana+mira', 20, 1273, 'mira', '', 'It was in the red one, behind the blue one. Good night!'),
  ('ana+mira', 20, 1274, 'ana', '', 'Good night 🌙'),
  ('ana+mira', 12, 750, 'mira', '', 'Did the seed catalogue reach you too? Page 34. Purple sprouts.'),
  ('ana+mira', 12, 751, 'ana', '', 'I have seen page 34. I am being strong.'),
  ('ana+mira', 12, 752, 'mira', '', 'I was strong for an hour.'),
  ('ana+mira', 12, 756, 'ana', '', 'How many packets?'),
  ('ana+mira', 12, 758, 'mira', '', 'Six.'),
  ('ana+mira', 2, 555, 'mira', '', 'Coffee at my shed on Sunday before the harvest table?'),
  ('ana+mira', 2, 557, 'ana', '', 'Half past twelve, and I bring the good cups.'),
  ('ana+tom', 16, 605, 'tom', '', 'I have written a poem about the compost. Do you want to hear it at the meeting?'),
  ('ana+tom', 16, 606, 'ana', '', 'How many verses?'),
  ('ana+tom', 16, 607, 'tom', '', 'Layers.'),
  ('ana+tom', 9, 920, 'tom', '', 'Is Gerald allowed to stand at the gate? Ella says that he frightens the post.'),
  ('ana+tom', 9, 921, 'ana', '', 'At the gate, but facing inwards.'),
  ('ana+tom', 9, 924, 'tom', '', 'As a reminder. Very good.'),
  ('ana+tom', 0, 35, 'tom', '', 'Small thing: I promised Jun my spare pruning saw, and I think you have it.'),
  ('ana+jun', 1, 1170, 'ana', '', 'Welcome to plot 22! If you need anything for the start, just ask.'),
  ('ana+jun', 1, 1171, 'jun', '', 'Thank you! One thing: is the old water butt mine, and is the frog in it mine?'),
  ('ana+jun', 1, 1173, 'ana', '', 'The butt is yours. The frog is a member in good standing.'),
  ('ana+jun', 1, 1177, 'jun', '', '了解です 🐸'),
  ('noa+samir', 8, 1040, 'noa', '', 'סמיר, העץ תאנה שלך נופל קצת לצד שלי. הכול טוב, רק אומרת 🙂'),
  ('noa+samir', 8, 1041, 'samir', '', 'آسف! سأقلّمها يوم الجمعة. وخذي من التين ما تشائين.'),
  ('noa+samir', 8, 1043, 'noa', '', 'Then please don''t hurry 😄');

-- What was said has its number for its first change; edits and deletions came after all of it.
INSERT INTO messages (room_id, seq, version, sender_id, kind, event, text, created_at, edited_at, deleted_at)
SELECT n.id, n.seq, IF(n.what IN ('edited', 'deleted'), n.total + n.later, n.seq), u.id,
  IF(n.what IN ('', 'edited', 'deleted'), 'text', 'event'), IF(n.what IN ('edited', 'deleted'), '', n.what),
  IF(n.what = 'deleted', '', n.text), n.at, IF(n.what = 'edited', n.at + INTERVAL 50 SECOND, NULL),
  IF(n.what = 'deleted', n.at + INTERVAL 40 SECOND, NULL)
FROM (
  SELECT r.id, s.who, s.what, s.text,
    IF(s.days > 0, UTC_DATE() - INTERVAL s.days DAY + INTERVAL s.minutes MINUTE,
      UTC_TIMESTAMP(3) - INTERVAL s.minutes MINUTE) + INTERVAL (s.place * 17) % 50 SECOND AS at,
    ROW_NUMBER() OVER (PARTITION BY r.id ORDER BY s.place) AS seq,
    COUNT(*) OVER (PARTITION BY r.id) AS total,
    SUM(s.what IN ('edited', 'deleted')) OVER (PARTITION BY r.id ORDER BY s.place) AS later
  FROM demo_said s JOIN demo_rooms r ON r.label = s.room
) n JOIN users u ON u.name = n.who
ORDER BY n.id, n.seq;

INSERT INTO mentions (user_id, room_id, seq, why, created_at)
SELECT u.id, t.room_id, t.seq, 'name', t.created_at FROM messages t JOIN users u ON u.name = 'ana'
WHERE t.room_id IN (SELECT id FROM demo_rooms) AND t.text LIKE '@ana %';
UPDATE messages SET parts = parts | 32 WHERE room_id IN (SELECT id FROM demo_rooms) AND text LIKE '@ana %';

-- What was answered and liked, as of the first moment: they take no change of their own.
INSERT INTO replies (room_id, original, seq)
SELECT o.room_id, o.seq, t.seq FROM messages o JOIN messages t ON t.room_id = o.room_id AND o.room_id IN (SELECT id FROM demo_rooms)
WHERE (o.text = 'Is a barrow heaped or level?' AND t.text = 'Heaped. Always heaped.')
  OR (o.text LIKE 'That pear tree has been promising%' AND t.text LIKE 'It gave four last year.%');
UPDATE messages t JOIN replies p ON p.room_id = t.room_id AND p.seq = t.seq AND t.room_id IN (SELECT id FROM demo_rooms)
SET t.reply_to = p.original, t.parts = t.parts | 2;
UPDATE messages t JOIN replies p ON p.room_id = t.room_id AND p.original = t.seq AND t.room_id IN (SELECT id FROM demo_rooms)
SET t.parts = t.parts | 64;
INSERT INTO reactions (room_id, seq, emoji, user_id, created_at)
SELECT t.room_id, t.seq, e.emoji, u.id, t.created_at FROM messages t JOIN (
  SELECT 'It gave four last year.%' AS text, '😂' AS emoji, 'ana mira tom jun ella' AS who
  UNION ALL SELECT 'It gave four last year.%', '🍐', 'ella noa'
  UNION ALL SELECT 'Two heaps at the lower gate.%', '👍', 'ana ravi kofi'
) e ON t.text LIKE e.text JOIN users u ON FIND_IN_SET(u.name, REPLACE(e.who, ' ', ','))
WHERE t.room_id IN (SELECT id FROM demo_rooms);
UPDATE messages t JOIN reactions p ON p.room_id = t.room_id AND p.seq = t.seq AND t.room_id IN (SELECT id FROM demo_rooms)
SET t.parts = t.parts | 4;

UPDATE rooms r JOIN (
  SELECT room_id, MAX(seq) AS seq, MAX(version) AS version, MAX(IF(event = 'added' OR event = 'joined', version, 0)) AS members,
    MAX(IF(event = 'topic' OR event = 'renamed', version, 0)) AS info
  FROM messages WHERE room_id IN (SELECT id FROM demo_rooms) GROUP BY room_id
) m ON m.room_id = r.id
SET r.last_seq = m.seq, r.version = m.version, r.members_version = m.members, r.info_version = m.info;

-- Who is in which room, and has read how far: all of it but for the newest few.
INSERT INTO members (room_id, user_id, role, read_seq, added_by, added_at)
SELECT r.id, u.id, CASE WHEN u.id = r.created_by THEN 'owner' WHEN u.name = 'mira' THEN 'admin' ELSE 'member' END,
  GREATEST(0, CAST(r.last_seq AS SIGNED) - IF(u.name = 'ana', CASE d.label WHEN 'general' THEN 4 WHEN 'plot-swaps' THEN 3
    WHEN 'committee' THEN 2 WHEN 'weather' THEN 2 ELSE 0 END, u.id % 3)),
  r.created_by, r.created_at
FROM demo_rooms d JOIN rooms r ON r.id = d.id AND r.kind = 'group'
JOIN users u ON u.name IN ('ana', 'mira', 'tom', 'ravi')
  OR (d.label <> 'committee' AND u.name IN ('jun', 'ella', 'samir', 'noa', 'wei', 'ines', 'oskar', 'kofi'));
INSERT INTO members (room_id, user_id, read_seq, added_by, added_at)
SELECT r.id, u.id, CAST(r.last_seq AS SIGNED) - (u.name = 'ana' AND d.label = 'ana+tom'), r.created_by, r.created_at
FROM demo_rooms d JOIN rooms r ON r.id = d.id AND r.kind = 'direct'
JOIN users u ON r.direct_key LIKE CONCAT(u.id, ':%') OR r.direct_key LIKE CONCAT('%:', u.id);
-- Who has said something has read what came before it.
UPDATE members m JOIN (
  SELECT room_id, sender_id, MAX(seq) AS seq FROM messages WHERE room_id IN (SELECT id FROM demo_rooms) GROUP BY room_id, sender_id
) s ON s.room_id = m.room_id AND s.sender_id = m.user_id
SET m.read_seq = GREATEST(m.read_seq, s.seq);

UPDATE users SET last_room_id = (SELECT id FROM demo_rooms WHERE label = 'general')
WHERE name IN ('ana', 'mira', 'tom', 'ravi', 'jun', 'ella', 'samir', 'noa', 'wei', 'ines', 'oskar', 'kofi');
INSERT INTO presence (user_id, online_until, seen_at)
SELECT sender_id, MAX(created_at), MAX(created_at) FROM messages WHERE room_id IN (SELECT id FROM demo_rooms) GROUP BY sender_id;

COMMIT;
