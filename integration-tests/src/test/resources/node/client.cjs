// Logs in with the `pg` module and goes through what a Node application does; prints one line of JSON.
const { Client, Pool } = require('pg')
const fs = require('fs')

const options = {
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  user: process.env.PGUSER,
  password: process.env.PGPASSWORD,
  database: process.env.PGDATABASE,
  ssl: process.env.PGSSLROOTCERT
    ? { ca: fs.readFileSync(process.env.PGSSLROOTCERT), servername: 'localhost' }
    : false,
  enableChannelBinding: Boolean(process.env.PGSSLROOTCERT)
}

async function main() {
  const client = new Client(options)
  await client.connect()
  const seen = {}
  seen.user = (await client.query('SELECT current_user AS who')).rows[0].who
  seen.sum = (await client.query('SELECT $1::int + $2::int AS sum', [40, 2])).rows[0].sum
  seen.prepared = []
  for (const n of [1, 2, 3]) {
    const result = await client.query({ name: 'twice', text: 'SELECT $1::int * 2 AS twice', values: [n] })
    seen.prepared.push(result.rows[0].twice)
  }
  seen.rows = (await client.query('SELECT generate_series(1, 10000)')).rowCount
  seen.error = await client.query('SELECT 1/0').catch(error => error.code)
  await client.query('LISTEN node_channel')
  const notified = new Promise(resolve => client.once('notification', message => resolve(message.payload)))
  await client.query("NOTIFY node_channel, 'hello'")
  seen.notified = await notified
  await client.end()

  const pool = new Pool({ ...options, max: 5 })
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) => pool.query('SELECT $1::int AS i', [i])))
  seen.pooled = results.reduce((sum, result) => sum + result.rows[0].i, 0)
  await pool.end()

  seen.refused = await new Client({ ...options, password: 'wrong' }).connect().catch(error => error.code)
  console.log(JSON.stringify(seen))
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
