import Vitro

let two = try Tensor([1.0]) + Tensor([1.0])
print(try two.item())
