-- SPDX-License-Identifier: BSD-3-Clause
select id, name, role from users where email = 'grace@example.org';
