// Objects of the same name in another class are made where this one is: under the same jurisdiction, where there is one.

/** The object in `all` that is named as the one of `id`. */
export function twin(all, id) {
  const here = id.jurisdiction === undefined ? all : all.jurisdiction(id.jurisdiction);
  return here.getByName(id.name);
}
