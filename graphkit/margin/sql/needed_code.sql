-- Securities whose price a term needs.
select code from day_position where quantity <> 0
union
select code from day_contract where side = 'short' and (quantity is null or quantity <> 0)
union
select code from entitled where kind <> 'dividend'
