/** What follows an opcode, by kind. Numbers, since one is looked up for every instruction of a module. */
export const immediate = {
  unknown: 0,
  none: 1,
  /** One index. */
  index: 2,
  indexPair: 3,
  blockType: 4,
  memoryArgument: 5,
  s32: 6,
  s64: 7,
  fourBytes: 8,
  eightBytes: 9,
  sixteenBytes: 10,
  /** One byte: the lane of a vector. */
  lane: 11,
  memoryArgumentAndLane: 12,
  /** `br_table`: a list of labels, and one more. */
  labels: 13,
  /** `select` with types. */
  types: 14,
  /** `try_table`: a block type and a list of catch clauses. */
  catches: 15,
  heapType: 16,
  /** `br_on_cast`: flags, a label, two heap types. */
  cast: 17,
  /** The opcode is the first of two. */
  prefix: 18,
} as const;

const { none, index, indexPair, blockType, memoryArgument, prefix } = immediate;

/** First and last opcode of a run, and what follows them. */
type Row = readonly [first: number, last: number, immediates: number];

function table(rows: readonly Row[]): Uint8Array {
  const kinds = new Uint8Array(Math.max(...rows.map(([, last]) => last)) + 1);
  for (const [first, last, kind] of rows) kinds.fill(kind, first, last + 1);
  return kinds;
}

/** Opcodes of one byte. */
export const singleOpcodes = table([
  [0x00, 0x01, none], // unreachable, nop
  [0x02, 0x04, blockType], // block, loop, if
  [0x05, 0x05, none], // else
  [0x06, 0x06, blockType], // try
  [0x07, 0x09, index], // catch, throw, rethrow
  [0x0a, 0x0b, none], // throw_ref, end
  [0x0c, 0x0d, index], // br, br_if
  [0x0e, 0x0e, immediate.labels], // br_table
  [0x0f, 0x0f, none], // return
  [0x10, 0x10, index], // call
  [0x11, 0x11, indexPair], // call_indirect
  [0x12, 0x12, index], // return_call
  [0x13, 0x13, indexPair], // return_call_indirect
  [0x14, 0x15, index], // call_ref, return_call_ref
  [0x18, 0x18, index], // delegate
  [0x19, 0x1b, none], // catch_all, drop, select
  [0x1c, 0x1c, immediate.types], // select with types
  [0x1f, 0x1f, immediate.catches], // try_table
  [0x20, 0x26, index], // local.get … global.set, table.get, table.set
  [0x28, 0x3e, memoryArgument], // i32.load … i64.store32
  [0x3f, 0x40, index], // memory.size, memory.grow
  [0x41, 0x41, immediate.s32], // i32.const
  [0x42, 0x42, immediate.s64], // i64.const
  [0x43, 0x43, immediate.fourBytes], // f32.const
  [0x44, 0x44, immediate.eightBytes], // f64.const
  [0x45, 0xc4, none], // i32.eqz … i64.extend32_s
  [0xd0, 0xd0, immediate.heapType], // ref.null
  [0xd1, 0xd1, none], // ref.is_null
  [0xd2, 0xd2, index], // ref.func
  [0xd3, 0xd4, none], // ref.eq, ref.as_non_null
  [0xd5, 0xd6, index], // br_on_null, br_on_non_null
  [0xfb, 0xfe, prefix],
]);

/** Opcodes behind 0xfb: garbage collection. */
export const collectorOpcodes = table([
  [0, 1, index], // struct.new, struct.new_default
  [2, 5, indexPair], // struct.get … struct.set
  [6, 7, index], // array.new, array.new_default
  [8, 10, indexPair], // array.new_fixed, array.new_data, array.new_elem
  [11, 14, index], // array.get … array.set
  [15, 15, none], // array.len
  [16, 16, index], // array.fill
  [17, 19, indexPair], // array.copy, array.init_data, array.init_elem
  [20, 23, immediate.heapType], // ref.test, ref.cast
  [24, 25, immediate.cast], // br_on_cast, br_on_cast_fail
  [26, 30, none], // any.convert_extern … i31.get_u
]);

/** Opcodes behind 0xfc: saturating conversions, bulk memory, tables. */
export const bulkOpcodes = table([
  [0, 7, none], // i32.trunc_sat_f32_s … i64.trunc_sat_f64_u
  [8, 8, indexPair], // memory.init
  [9, 9, index], // data.drop
  [10, 10, indexPair], // memory.copy
  [11, 11, index], // memory.fill
  [12, 12, indexPair], // table.init
  [13, 13, index], // elem.drop
  [14, 14, indexPair], // table.copy
  [15, 17, index], // table.grow, table.size, table.fill
]);

/** Opcodes behind 0xfe: atomic access to memory. */
export const atomicOpcodes = table([
  [0x00, 0x02, memoryArgument], // memory.atomic.notify, memory.atomic.wait32, memory.atomic.wait64
  [0x03, 0x03, immediate.lane], // atomic.fence, and a byte that is zero
  [0x10, 0x4e, memoryArgument], // i32.atomic.load … i64.atomic.rmw32.cmpxchg_u
]);

/** Opcodes behind 0xfd: vectors, plain and relaxed. */
export const vectorOpcodes = table([
  [0x00, 0x0b, memoryArgument], // v128.load … v128.store
  [0x0c, 0x0d, immediate.sixteenBytes], // v128.const, i8x16.shuffle
  [0x0e, 0x14, none], // i8x16.swizzle, splats
  [0x15, 0x22, immediate.lane], // extract_lane, replace_lane
  [0x23, 0x53, none], // comparisons, bitwise operators
  [0x54, 0x5b, immediate.memoryArgumentAndLane], // v128.load8_lane … v128.store64_lane
  [0x5c, 0x5d, memoryArgument], // v128.load32_zero, v128.load64_zero
  [0x5e, 0xff, none],
  ...[0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0].map(
    unassigned,
  ),
  ...[0xd2, 0xd3, 0xd4, 0xe2, 0xee].map(unassigned),
  [0x100, 0x113, none], // relaxed operators
]);

function unassigned(opcode: number): Row {
  return [opcode, opcode, immediate.unknown];
}
