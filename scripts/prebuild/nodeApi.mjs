/** Whether a symbol is a function of Node-API, which the program that loads the add-on has. */
export const isNodeApi = (name) => /^(napi|node_api)_/.test(name);
