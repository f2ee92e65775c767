// A worker co-operative shares its surplus by hours worked. Money is counted in cents and never divided into
// fractions: each member gets the whole cents of the exact share, then the cents left over go one each to the largest
// remainders. What is paid out is the surplus, to the cent.
import { log } from '../../guest/assemblyscript/icn'

const SURPLUS_CENTS: u64 = 1_248_037
const MEMBERS: string[] = ['Amara', 'Bruno', 'Chidi', 'Dolores', 'Eun-ji', 'Farid', 'Greta']
const HOURS: u64[] = [1640, 1212, 988, 1640, 415, 1507, 73]

function money(cents: u64): string {
  return `${cents / 100}.${(cents % 100).toString().padStart(2, '0')} €`
}

export function run(): i64 {
  let hours: u64 = 0
  for (let i = 0; i < HOURS.length; i++) hours += HOURS[i]
  log(`Surplus ${money(SURPLUS_CENTS)} over ${hours} hours`)

  const shares = new StaticArray<u64>(MEMBERS.length)
  const remainders = new StaticArray<u64>(MEMBERS.length)
  let left = SURPLUS_CENTS
  for (let i = 0; i < MEMBERS.length; i++) {
    shares[i] = (SURPLUS_CENTS * HOURS[i]) / hours
    remainders[i] = (SURPLUS_CENTS * HOURS[i]) % hours
    left -= shares[i]
  }
  // Fewer cents are left than there are members; on equal remainders the earlier name comes first.
  for (; left > 0; left--) {
    let most = 0
    for (let i = 1; i < MEMBERS.length; i++) if (remainders[i] > remainders[most]) most = i
    remainders[most] = 0
    shares[most]++
  }

  let paid: u64 = 0
  for (let i = 0; i < MEMBERS.length; i++) {
    log(`${MEMBERS[i]}: ${HOURS[i]} h, ${money(shares[i])}`)
    paid += shares[i]
  }
  assert(paid === SURPLUS_CENTS, 'the shares do not add up to the surplus')
  return paid
}
