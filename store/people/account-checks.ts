import { type AccountFields, accountFault } from '#model/account.ts'
import { Rejected } from '#model/error.ts'
import { query, type Session } from '#store/query.ts'

/**
 * Whether an account can be like this: its roles go together, and what it names is there.
 *
 * @throws Rejected('invalid-input')
 */
export async function checkAccount(
  session: Session,
  account: AccountFields & { readonly hasPassword: boolean },
): Promise<void> {
  const faults = [accountFault(account), ...(await missing(session, account))]
  const given = faults.filter((fault) => fault !== undefined)
  if (given.length > 0) throw new Rejected('invalid-input', given.join('; '))
}

async function missing(session: Session, account: AccountFields): Promise<string[]> {
  const { departmentId, deviceId, dutyGrids } = account
  const rows = await query<{ readonly what: string }>(
    session,
    `select 'department ' || given as what from (values ($1::text)) as of(given)
       where given is not null and not exists (select from department where id = given)
     union all
     select 'device ' || given from (values ($2::text)) as of(given)
       where given is not null and not exists (select from device where id = given)
     union all
     select 'duty grid ' || given from unnest($3::text[]) as of(given)
       where not exists (select from duty_grid where code = given)`,
    [departmentId, deviceId, dutyGrids],
  )
  return rows.map(({ what }) => `there is no ${what}`)
}

/**
 * Whether somebody is left who can administer when this account no longer can.
 *
 * @throws Rejected('conflict')
 */
export async function keepAdministrator(session: Session, withoutId: string): Promise<void> {
  const others = await query<Administering>(
    session,
    `select roles, enabled, areas, duty_grids as "dutyGrids", networks from account
     where enabled and 'administrator' = any(roles) and id <> $1`,
    [withoutId],
  )
  if (others.some(administers)) return
  throw new Rejected('conflict', 'this is the last administrator who is enabled: add another first')
}

type Administering = Pick<AccountFields, 'enabled' | 'roles' | 'areas' | 'dutyGrids' | 'networks'>

/** An administrator who is bounded to a part of the city looks after no people. */
export function administers(account: Administering): boolean {
  const { enabled, roles, areas, dutyGrids, networks } = account
  const isBounded =
    areas.length + dutyGrids.length + networks.length > 0 || roles.includes('pipe-operator')
  return enabled && roles.includes('administrator') && !isBounded
}
