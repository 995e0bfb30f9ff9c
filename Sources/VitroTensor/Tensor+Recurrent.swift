internal import CVitroKernels
internal import VitroCore

/// The elementwise halves of recurrent cells, each one entry on the tape. Gate order and formulas are PyTorch's. float32 and float64.
extension Tensor {
  /// An LSTM's step from its pre-activations (Hochreiter & Schmidhuber, 1997): this `[… , 4·width]` in the order i, f, g, o.
  ///
  /// `c′ = σ(f)·c + σ(i)·tanh(g)`, `h = σ(o)·tanh(c′)`, both `[… , width]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit.
  public func lstmCell(cell: Tensor) throws -> (hidden: Tensor, cell: Tensor) {
    try Self.requireSameType(self, cell, "lstmCell")
    try requireComputing("lstmCell")
    guard rank >= 1, cell.rank == rank, shape == cell.shape.dropLast() + [4 * cell.shape[rank - 1]] else {
      throw VitroError(
        .shape, "lstmCell", "the gates are \(shape), the cell \(cell.shape)",
        hint: "Expected gates [… , 4·width] and cell [… , width].")
    }
    let width = cell.shape[rank - 1]
    let rows = Int64(cell.shape.dropLast().reduce(1, *))
    let activations = try copied(shape: shape, strides: Shapes.strides(shape))
    let hidden = try Tensor(uninitialized: cell.shape, dtype)
    let next = try Tensor(uninitialized: cell.shape, dtype)
    withMemory(activations, cell, hidden, next) {
      vitro_lstm_cell(dtype.kernel, $0, $1, $2, $3, rows, Int64(width))
    }
    let outputs = try Self.recorded(
      [hidden, next], from: [self, cell],
      LSTMCellOperation(activations: activations, cell: cell.detached, next: next))
    return (outputs[0], outputs[1])
  }

  /// A GRU's step (Cho et al., 2014): this `[… , 3·width]` is W_ih·x + b_ih, `recurrent` is W_hh·h + b_hh, in the order r, z, n.
  ///
  /// `h′ = (1 − z)·tanh(x_n + r·hh_n) + z·h` with `r = σ(x_r + hh_r)`, `z = σ(x_z + hh_z)`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit.
  public func gruCell(recurrent: Tensor, hidden: Tensor) throws -> Tensor {
    try Self.requireSameType(self, hidden, "gruCell")
    try Self.requireSameType(self, recurrent, "gruCell")
    try requireComputing("gruCell")
    guard rank >= 1, hidden.rank == rank, recurrent.shape == shape,
      shape == hidden.shape.dropLast() + [3 * hidden.shape[rank - 1]]
    else {
      throw VitroError(
        .shape, "gruCell", "the gates are \(shape) and \(recurrent.shape), the hidden state \(hidden.shape)",
        hint: "Expected gates [… , 3·width] and hidden state [… , width].")
    }
    let width = hidden.shape[rank - 1]
    let rows = Int64(hidden.shape.dropLast().reduce(1, *))
    let activations = try Tensor(uninitialized: shape, dtype)
    let next = try Tensor(uninitialized: hidden.shape, dtype)
    withMemory(self, recurrent, hidden, next) { x, hh, h0, h in
      withMemory(activations) { vitro_gru_cell(dtype.kernel, x, hh, h0, h, $0, rows, Int64(width)) }
    }
    return try next.recorded(
      from: [self, recurrent, hidden],
      GRUCellOperation(activations: activations, recurrent: recurrent.detached, hidden: hidden.detached))
  }
}

struct LSTMCellOperation: Operation {
  let activations, cell, next: Tensor

  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    let ofGates = try Tensor(uninitialized: activations.shape, cell.dtype)
    let ofCell = try Tensor(uninitialized: cell.shape, cell.dtype)
    let width = cell.shape[cell.rank - 1]
    let rows = cell.shape.dropLast().reduce(1, *)
    withMemory(gradients[0] ?? cell, gradients[1] ?? cell, ofGates, ofCell) { ofHidden, ofNext, gates, cellGradient in
      withMemory(activations, cell, next) {
        vitro_lstm_cell_gradient(
          cell.dtype.kernel, $0, $1, $2, gradients[0] == nil ? nil : ofHidden, gradients[1] == nil ? nil : ofNext,
          gates, cellGradient, Int64(rows), Int64(width))
      }
    }
    return [ofGates, ofCell]
  }
}

struct GRUCellOperation: SingleOutputOperation {
  let activations, recurrent, hidden: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let ofInput = try Tensor(uninitialized: activations.shape, hidden.dtype)
    let ofRecurrent = try Tensor(uninitialized: activations.shape, hidden.dtype)
    let ofHidden = try Tensor(uninitialized: hidden.shape, hidden.dtype)
    let width = hidden.shape[hidden.rank - 1]
    let rows = hidden.shape.dropLast().reduce(1, *)
    withMemory(activations, recurrent, hidden, gradient) { saved, hh, h0, gh in
      withMemory(ofInput, ofRecurrent, ofHidden) {
        vitro_gru_cell_gradient(hidden.dtype.kernel, saved, hh, h0, gh, $0, $1, $2, Int64(rows), Int64(width))
      }
    }
    return [ofInput, ofRecurrent, ofHidden]
  }
}
