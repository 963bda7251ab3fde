// What an address says in vain: for the wall and the remote, which say so and go on.
const QUOTED = 24 // characters of it that a sentence repeats
const MOST = 2

export const quoted = (text) => `“${text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text}”`

// Sentences about names that are none of these, and about names that stand twice, of which the first counts.
export function unheeded(asked, known) {
  const names = [...new Set(asked.keys())]
  const strange = names.filter((name) => !known.includes(name))
  const more = strange.length > MOST ? `等 ${strange.length} 项` : ''
  const said = strange.slice(0, MOST).map((name) => quoted(`${name}=${asked.get(name)}`))
  const twice = names.filter((name) => known.includes(name) && asked.getAll(name).length > 1)
  return [
    ...(strange.length ? [`地址里的${said.join('')}${more}这里不认，没有照它显示，请检查拼写`] : []),
    ...twice.map((name) => `地址里的“${name}”写了不止一次，按第一个显示`),
  ]
}
