-- SPDX-License-Identifier: BSD-3-Clause
select id, name from users where role = 'admin' order by name;
