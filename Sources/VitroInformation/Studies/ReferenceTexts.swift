/// The sentences over which features' spreads are measured when no file is given: from Lewis Carroll, Alice's Adventures in Wonderland (1865), in the public
/// domain.
enum ReferenceTexts {
  static let sentences = prose.split(separator: "\n").map(String.init)

  private static let prose = """
    Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do.
    Once or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it.
    "And what is the use of a book," thought Alice, "without pictures or conversations?"
    So she was considering in her own mind, as well as she could, for the hot day made her feel very sleepy and stupid.
    Suddenly a White Rabbit with pink eyes ran close by her.
    There was nothing so very remarkable in that.
    Nor did Alice think it so very much out of the way to hear the Rabbit say to itself, "Oh dear! I shall be late!"
    The Rabbit actually took a watch out of its waistcoat pocket, and looked at it, and then hurried on.
    Alice started to her feet.
    Burning with curiosity, she ran across the field after it.
    Fortunately she was just in time to see it pop down a large rabbit hole under the hedge.
    In another moment down went Alice after it, never once considering how in the world she was to get out again.
    The rabbit hole went straight on like a tunnel for some way, and then dipped suddenly down.
    Either the well was very deep, or she fell very slowly.
    She had plenty of time as she went down to look about her and to wonder what was going to happen next.
    First, she tried to look down and make out what she was coming to, but it was too dark to see anything.
    Then she looked at the sides of the well, and noticed that they were filled with cupboards and book shelves.
    Here and there she saw maps and pictures hung upon pegs.
    She took down a jar from one of the shelves as she passed.
    It was labelled orange marmalade, but to her great disappointment it was empty.
    She did not like to drop the jar for fear of killing somebody underneath.
    "Well!" thought Alice to herself.
    "After such a fall as this, I shall think nothing of tumbling down stairs!"
    "How brave they will all think me at home!"
    Down, down, down.
    Would the fall never come to an end?
    "I wonder how many miles I have fallen by this time," she said aloud.
    "I must be getting somewhere near the centre of the earth."
    Alice had learnt several things of this sort in her lessons in the schoolroom.
    Presently she began again.
    "I wonder if I shall fall right through the earth!"
    There was nothing else to do, so Alice soon began talking again.
    "Dinah will miss me very much tonight, I should think."
    Dinah was the cat.
    "I hope they will remember her saucer of milk at tea time."
    "Do cats eat bats?"
    She felt that she was dozing off.
    Suddenly, thump, down she came upon a heap of sticks and dry leaves, and the fall was over.
    Alice was not a bit hurt, and she jumped up on to her feet in a moment.
    She looked up, but it was all dark overhead.
    Before her was another long passage, and the White Rabbit was still in sight, hurrying down it.
    There was not a moment to be lost.
    Away went Alice like the wind, and was just in time to hear it say how late it was getting.
    She found herself in a long, low hall, which was lit up by a row of lamps hanging from the roof.
    There were doors all round the hall, but they were all locked.
    When Alice had been all the way down one side and up the other, trying every door, she walked sadly down the middle.
    Suddenly she came upon a little three legged table, all made of solid glass.
    There was nothing on it except a tiny golden key.
    Either the locks were too large, or the key was too small, but at any rate it would not open any of them.
    However, on the second time round, she came upon a low curtain she had not noticed before.
    Behind it was a little door about fifteen inches high.
    She tried the little golden key in the lock, and to her great delight it fitted!
    Alice opened the door and found that it led into a small passage, not much larger than a rat hole.
    She knelt down and looked along the passage into the loveliest garden you ever saw.
    How she longed to get out of that dark hall, and wander about among those beds of bright flowers and those cool fountains.
    She could not even get her head through the doorway.
    "Oh, how I wish I could shut up like a telescope!"
    There seemed to be no use in waiting by the little door, so she went back to the table.
    This time she found a little bottle on it, which certainly was not here before.
    Round the neck of the bottle was a paper label, with the words "DRINK ME" beautifully printed on it in large letters.
    It was all very well to say "Drink me," but the wise little Alice was not going to do that in a hurry.
    "No, I will look first," she said, "and see whether it is marked poison or not."
    However, this bottle was not marked poison, so Alice ventured to taste it.
    Finding it very nice, she very soon finished it off.
    "What a curious feeling!" said Alice.
    She was now only ten inches high, and her face brightened up at the thought.
    After a while, finding that nothing more happened, she decided on going into the garden at once.
    When she got to the door, she found she had forgotten the little golden key.
    She could see it quite plainly through the glass, and she tried her best to climb up one of the legs of the table.
    When she had tired herself out with trying, the poor little thing sat down and cried.
    "Come, there is no use in crying like that!" said Alice to herself, rather sharply.
    She generally gave herself very good advice, though she very seldom followed it.
    Soon her eye fell on a little glass box that was lying under the table.
    She opened it, and found in it a very small cake.
    "Well, I will eat it," said Alice.
    She ate a little bit, and was quite surprised to find that she remained the same size.
    It seemed quite dull and stupid for life to go on in the common way.
    So she set to work, and very soon finished off the cake.
    "Curiouser and curiouser!" cried Alice.
    Just then her head struck against the roof of the hall.
    Poor Alice sat down and began to cry again.
    She went on all the same, shedding gallons of tears, until there was a large pool all round her.
    After a time she heard a little pattering of feet in the distance, and she hastily dried her eyes to see what was coming.
    It was the White Rabbit returning, splendidly dressed, with a pair of white gloves in one hand and a large fan in the other.
    Alice felt so desperate that she was ready to ask help of any one.
    The Rabbit started violently, dropped the white gloves and the fan, and ran away into the darkness as hard as he could go.
    Alice took up the fan and gloves, and, as the hall was very hot, she kept fanning herself all the time.
    "Dear, dear! How queer everything is today!"
    "And yesterday things went on just as usual."
    "I wonder if I have been changed in the night?"
    She got up and went to the table to measure herself by it.
    She soon found out that the cause of this was the fan she was holding.
    As she said these words her foot slipped, and in another moment she was up to her chin in salt water.
    Her first idea was that she had somehow fallen into the sea.
    Just then she heard something splashing about in the pool a little way off.
    It was only a mouse that had slipped in like herself.
    "Would it be of any use, now," thought Alice, "to speak to this mouse?"
    The Mouse looked at her rather inquisitively, but it said nothing.
    They were indeed a queer looking party that assembled on the bank.
    The first question of course was, how to get dry again.
    """
}
