-- SPDX-License-Identifier: BSD-3-Clause
insert into users (name, email, role) values
  ('Ada Lovelace', 'ada@example.org', 'admin'),
  ('Grace Hopper', 'grace@example.org', 'member'),
  ('Alan Turing', 'alan@example.org', 'guest');
