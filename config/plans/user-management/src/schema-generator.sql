-- SPDX-License-Identifier: BSD-3-Clause
-- Prints the schema that the contract (a file named by @contract) asks for.
-- One line a field: type, presence, default, limits.
with
  contract(j) as (select readfile(@contract)),
  field(position, name, definition) as (
    select
      entry.key,
      json_extract(entry.value, '$.name'),
      json_extract(entry.value, '$.name') || ' text not null'
        || case when json_extract(entry.value, '$.default') is null then ''
             else ' default ' || quote(json_extract(entry.value, '$.default')) end
        || case json_extract(entry.value, '$.unique') when 1 then ' collate nocase unique' else '' end
        || coalesce(' check (length(' || json_extract(entry.value, '$.name') || ') >= '
                    || json_extract(entry.value, '$.min') || ')', '')
        || coalesce(' check (length(' || json_extract(entry.value, '$.name') || ') <= '
                    || json_extract(entry.value, '$.max') || ')', '')
        || coalesce(' check (' || json_extract(entry.value, '$.name') || ' in ('
                    || (select group_concat(quote(value), ', ')
                        from json_each(entry.value, '$.values')) || '))', '')
    from contract, json_each(contract.j, '$.fields') as entry
  )
select
  'create table ' || json_extract(j, '$.resource') || ' (' || char(10)
  || '  id integer primary key autoincrement,' || char(10)
  || (select group_concat('  ' || definition, ',' || char(10))
      from (select definition from field order by position))
  || ',' || char(10)
  || '  created_at text not null default (strftime(''%Y-%m-%dT%H:%M:%SZ'', ''now''))' || char(10)
  || ') strict;' || char(10)
  || 'create index ' || json_extract(j, '$.resource') || '_by_role on '
  || json_extract(j, '$.resource') || ' (role, name);'
from contract;
