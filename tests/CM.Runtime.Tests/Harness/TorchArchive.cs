using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CM.Runtime.Tests;

/// <summary>Writes what <c>torch.save</c> writes of dictionaries, lists, numbers, texts and tensors of float32.</summary>
internal static class TorchArchive
{
    /// <summary>A tensor whose elements are all the same.</summary>
    public sealed record Full(float Value, params long[] Shape);

    public static byte[] Of(object root)
    {
        var code = new List<byte> { 0x80, 2 };
        var storages = new List<byte[]>();
        Put(root);
        code.Add((byte)'.');
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var (name, content) in storages.Select((storage, i) => ($"data/{i}", storage)).Prepend(("data.pkl", [.. code])))
                using (var entry = zip.CreateEntry($"archive/{name}").Open())
                    entry.Write(content);
        return bytes.ToArray();

        void Put(object value)
        {
            switch (value)
            {
                case string text:
                    Text(text);
                    break;
                case long number:
                    Integer(number);
                    break;
                case double number:
                    var eight = new byte[8];
                    BinaryPrimitives.WriteDoubleBigEndian(eight, number);
                    code.AddRange([(byte)'G', .. eight]);
                    break;
                case IReadOnlyDictionary<object, object> dictionary:
                    code.AddRange("}("u8);
                    foreach (var (key, inner) in dictionary)
                    {
                        Put(key);
                        Put(inner);
                    }
                    code.Add((byte)'u');
                    break;
                case IReadOnlyList<object> list:
                    code.AddRange("]("u8);
                    foreach (var inner in list)
                        Put(inner);
                    code.Add((byte)'e');
                    break;
                case Full tensor:
                    Tensor(tensor);
                    break;
                default:
                    throw new ArgumentException($"{value.GetType()} is not written.", nameof(value));
            }
        }

        void Tensor(Full tensor)
        {
            var count = tensor.Shape.Aggregate(1L, (product, axis) => product * axis);
            var strides = new long[tensor.Shape.Length];
            for (var (axis, stride) = (strides.Length - 1, 1L); axis >= 0; axis--)
                (strides[axis], stride) = (stride, stride * tensor.Shape[axis]);
            code.AddRange("ctorch._utils\n_rebuild_tensor_v2\n(("u8);
            Text("storage");
            code.AddRange("ctorch\nFloatStorage\n"u8);
            Text($"{storages.Count}");
            Text("cpu");
            Integer(count);
            code.AddRange("tQ"u8);
            Integer(0);
            Tuple(tensor.Shape);
            Tuple(strides);
            code.AddRange([0x89, .. "ccollections\nOrderedDict\n)RtR"u8]);
            storages.Add([.. Enumerable.Range(0, (int)count).SelectMany(_ => BitConverter.GetBytes(tensor.Value))]);
        }

        void Tuple(long[] numbers)
        {
            code.Add((byte)'(');
            foreach (var number in numbers)
                Integer(number);
            code.Add((byte)'t');
        }

        void Integer(long number)
        {
            var four = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(four, (int)number);
            code.AddRange([(byte)'J', .. four]);
        }

        void Text(string text)
        {
            var letters = Encoding.UTF8.GetBytes(text);
            var four = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(four, letters.Length);
            code.AddRange([(byte)'X', .. four, .. letters]);
        }
    }
}
