import CVitroKernels

/// A convolution's shape and settings, with the output's size worked out.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  var window: vitro_window

  init(
    batch: Int = 2, channels: Int = 3, height: Int = 8, width: Int = 9, filters: Int = 4, kernel: (Int, Int) = (3, 3),
    stride: (Int, Int) = (1, 1), padding: (top: Int, left: Int, bottom: Int, right: Int) = (0, 0, 0, 0),
    dilation: (Int, Int) = (1, 1), groups: Int = 1
  ) {
    func positions(_ length: Int, _ padding: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int64 {
      let room = length + padding - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : Int64(room / stride + 1)
    }
    window = vitro_window(
      batch: Int64(batch), in_channels: Int64(channels), height: Int64(height), width: Int64(width),
      out_channels: Int64(filters),
      out_height: positions(height, padding.top + padding.bottom, kernel.0, stride.0, dilation.0),
      out_width: positions(width, padding.left + padding.right, kernel.1, stride.1, dilation.1),
      kernel_height: Int64(kernel.0), kernel_width: Int64(kernel.1), stride_height: Int64(stride.0),
      stride_width: Int64(stride.1), padding_top: Int64(padding.top), padding_left: Int64(padding.left),
      padding_bottom: Int64(padding.bottom), padding_right: Int64(padding.right), dilation_height: Int64(dilation.0),
      dilation_width: Int64(dilation.1), groups: Int64(groups))
  }

  var description: String { "\(window)" }

  var imageCount: Int { Int(window.batch * window.in_channels * window.height * window.width) }
  var outputCount: Int { Int(window.batch * window.out_channels * window.out_height * window.out_width) }
  var filterCount: Int {
    Int(window.out_channels * (window.in_channels / window.groups) * window.kernel_height * window.kernel_width)
  }

  func operands<Real: KernelReal>(_: Real.Type) -> (x: [Real], filters: [Real], bias: [Real], gy: [Real]) {
    var numbers = KernelNumbers(seed: UInt64(imageCount &+ 13 &* filterCount))
    return (
      numbers.array(imageCount), numbers.array(filterCount), numbers.array(Int(window.out_channels)),
      numbers.array(outputCount)
    )
  }

  /// Calls `body` with flat indices (image, filter, output) of every product in the convolution.
  func forEachProduct(_ body: (Int, Int, Int) -> Void) {
    let w = window
    let channels = w.in_channels / w.groups
    for b in 0..<w.batch {
      for o in 0..<w.out_channels {
        let group = o / (w.out_channels / w.groups)
        for i in 0..<w.out_height {
          for j in 0..<w.out_width {
            for c in 0..<channels {
              for r in 0..<w.kernel_height {
                let y = i * w.stride_height - w.padding_top + r * w.dilation_height
                guard y >= 0, y < w.height else { continue }
                for s in 0..<w.kernel_width {
                  let x = j * w.stride_width - w.padding_left + s * w.dilation_width
                  guard x >= 0, x < w.width else { continue }
                  body(
                    Int(((b * w.in_channels + group * channels + c) * w.height + y) * w.width + x),
                    Int(((o * channels + c) * w.kernel_height + r) * w.kernel_width + s),
                    Int(((b * w.out_channels + o) * w.out_height + i) * w.out_width + j))
                }
              }
            }
          }
        }
      }
    }
  }
}

/// Everything a convolution computes: the output and the gradients of images, filters and bias.
struct ConvolutionResults<Real: KernelReal>: Equatable {
  var out: [Real]
  var gx: [Real]
  var gfilters: [Real]
  var gbias: [Real]
}

extension ConvolutionCase {
  func results<Real: KernelReal>(_ type: Real.Type, hasBias: Bool = true) -> ConvolutionResults<Real> {
    let (x, filters, bias, gy) = operands(type)
    var results = ConvolutionResults<Real>(
      out: Array(repeating: .nan, count: outputCount), gx: Array(repeating: .nan, count: imageCount),
      gfilters: Array(repeating: .nan, count: filterCount),
      gbias: Array(repeating: .nan, count: Int(window.out_channels)))
    var window = window
    vitro_convolve(Real.kernelType, &window, x, filters, hasBias ? bias : nil, &results.out)
    vitro_convolve_gradient_input(Real.kernelType, &window, filters, gy, &results.gx)
    if hasBias {
      vitro_convolve_gradient_filters(Real.kernelType, &window, x, gy, &results.gfilters, &results.gbias)
    } else {
      vitro_convolve_gradient_filters(Real.kernelType, &window, x, gy, &results.gfilters, nil)
    }
    return results
  }

  func reference<Real: KernelReal>(_ type: Real.Type) -> ConvolutionResults<Double> {
    let (x, filters, bias, gy) = operands(type)
    let pixels = Int(window.out_height * window.out_width)
    var out = (0..<outputCount).map { Double(bias[$0 / pixels % bias.count]) }
    var gx = [Double](repeating: 0, count: imageCount)
    var gfilters = [Double](repeating: 0, count: filterCount)
    var gbias = [Double](repeating: 0, count: bias.count)
    forEachProduct { image, filter, output in
      out[output] += Double(x[image]) * Double(filters[filter])
      gx[image] += Double(gy[output]) * Double(filters[filter])
      gfilters[filter] += Double(gy[output]) * Double(x[image])
    }
    for (index, g) in gy.enumerated() { gbias[index / pixels % bias.count] += Double(g) }
    return ConvolutionResults(out: out, gx: gx, gfilters: gfilters, gbias: gbias)
  }
}
