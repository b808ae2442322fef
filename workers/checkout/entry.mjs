// The checkout worker: the door, with this worker's Rust behind it.
import Entrypoint from "./build/index.js";
import { door } from "../../shared/edge/js/door.mjs";

export default door(Entrypoint.prototype);
